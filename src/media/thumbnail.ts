import { stat } from 'node:fs/promises'
import { RelayError } from '../base/errors.ts'
import { guardedInput, type MediaTools, runMediaTool } from './ffmpeg.ts'
import type { PictureEncoder } from './output-formats.ts'
import { boundedDecoding, mostPixels, requireShowable, threads } from './picture-limits.ts'
import type { PictureSource } from './probe.ts'

/** Which picture of a film: the one at a moment, or the most telling of those that follow it. In seconds. */
export interface Moment {
  readonly seconds: number
  readonly search: boolean
}

export interface ThumbnailRequest {
  readonly encoder: PictureEncoder
  /** Points a line at most; it is never made larger. */
  readonly width: number
  /** null: of an image or a cover, which is one picture. */
  readonly moment: Moment | null
}

/** From a far key picture to the moment that is asked for, every picture is decoded. */
const timeoutMs = 10 * 60_000

/**
 * In seconds. Some containers (MPEG-TS) are entered at any picture, of which only those from the next key picture on can be
 * decoded, and there may be none: then the way there is begun earlier, and what comes before the moment is passed over.
 */
const longestLead = 60

/** A picture so much higher than wide becomes narrower instead: a search keeps many, and memory is short. */
const mostTimesAsHigh = 2

/** Of every fifth of 150 pictures, six seconds of most films, the one most like the others: few of a film are black. */
const search = { every: 5, of: 30 }

/**
 * Writes one picture of `input` to `output`. empty: there is none at that moment or later. Throws `bad_media` where ffmpeg gives
 * up, `too_large` beyond the limits, `timeout`, or the signal's reason.
 */
export async function takePicture(
  input: { readonly path: string; readonly source: PictureSource },
  output: string,
  request: ThumbnailRequest,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<'taken' | 'empty'> {
  requireShowable(input.source.stream, 'Make a smaller one of it first.')
  const run = (lead: number) => runFor(thumbnailArgs(input, output, request, lead), output, tools, signal)
  const taken = await run(0)
  const lead = Math.min(longestLead, request.moment?.seconds ?? 0)
  return taken === 'empty' && lead > 0 ? await run(lead) : taken
}

async function runFor(
  args: readonly string[],
  output: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<'taken' | 'empty'> {
  const outcome = await runMediaTool(tools.ffmpeg, args, tools, { signal, timeoutMs })
  if (outcome.kind === 'ok') return (await stat(output)).size > 0 ? 'taken' : 'empty'
  throw new RelayError('bad_media', `ffmpeg cannot take a picture of it: ${outcome.reason}.`, {
    hint: 'Look at the file to see whether it is whole.',
  })
}

function thumbnailArgs(
  { path, source }: { readonly path: string; readonly source: PictureSource },
  output: string,
  { encoder, width, moment }: ThumbnailRequest,
  lead: number,
): string[] {
  const filters = [
    ...(lead > 0 ? [`select='gte(t,${lead.toFixed(3)})'`] : []),
    ...(moment?.search ? [`select='not(mod(n,${search.every}))'`] : []),
    fitInto(width),
    ...(moment?.search ? [`thumbnail=n=${search.of}`] : []),
    `format=${encoder.points}`,
  ]
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y'],
    ...(moment ? ['-ss', (moment.seconds - lead).toFixed(3)] : []),
    ...boundedDecoding(mostPixels),
    ...guardedInput(path, 'picture'),
    ...['-map', `0:${source.stream.index}`, '-map_metadata', '-1'],
    ...['-filter_threads', threads, '-threads', threads, '-vf', filters.join(',')],
    // image2pipe writes the file as it is named; image2 would take its name for a pattern.
    ...['-frames:v', '1', '-c:v', encoder.name, ...encoder.args, '-f', 'image2pipe'],
    `file:${output}`,
  ]
}

/** As a player shows it, whose points are square. */
function fitInto(width: number): string {
  const smaller = `min(1,min(${width}/(iw*sar),${width * mostTimesAsHigh}/ih))`
  return `scale=w='max(1,round(iw*sar*${smaller}))':h='max(1,round(ih*${smaller}))',setsar=1`
}
