import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { type ChosenEncoders, findEncoders, insteadOf } from '../media/encoders.ts'
import type { MediaTools } from '../media/ffmpeg.ts'
import { probeStreams } from '../media/probe.ts'
import { type KeptStreams, keepStreams, type TranscodeRequest, transcodeFile } from '../media/transcode.ts'
import { claimedDuration, judgeTranscoded, type Transcoded } from '../media/verify-transcode.ts'
import type { Finding } from '../model/finding.ts'
import { mediaFormats, mediaQualities } from '../model/kinds.ts'
import { type FetchedInput, fetchInput } from './fetch-input.ts'
import type { JobProduct, JobWork } from './kind-runner.ts'
import { mediaToolsOf } from './media-tools.ts'
import { ofNoUse, readBack } from './read-back.ts'
import { readVerify } from './require-certain.ts'
import { resultName } from './result-name.ts'
import { transcodeSummary } from './transcode-summary.ts'

/** Audio or video into another form: download, look, write, look again. What the machine lacks is found out before the download. */
export async function transcode(work: JobWork): Promise<JobProduct> {
  const { context } = work
  const request = readRequest(work.inputs)
  const tools = await mediaToolsOf(context)
  const encoders = await findEncoders(request.format, tools, context.signal)

  const file = await fetchInput(work, encoders.video ? 'picture' : 'sound')
  const began = context.clock()
  const made = await make(work, file, { request, encoders }, tools)
  const name = resultName(file.url, request.format)
  await rename(made.path, join(work.resultFolder, name))
  const workSeconds = (context.clock() - began) / 1000
  work.log(`${name} has ${(made.bytes / 1e6).toFixed(2)} MB and ${made.durationSeconds.toFixed(1)} s`)

  const { durationSeconds, claimedSeconds, kept, doubts } = made
  const codecs = codecsOf(kept, encoders)
  const warnings = [
    ...insteadOf(request.format, encoders, kept),
    ...notesOn(request, kept),
    ...doubts.map(({ message }) => message),
  ]
  return {
    files: { [request.format]: name },
    warnings,
    doubts: readVerify(context.env) === 'off' ? [] : doubts,
    source: { url: file.url, foundOn: file.foundOn },
    media: { durationSeconds, bytes: file.bytes },
    engine: { name: 'ffmpeg', model: codecs },
    timing: { workSeconds },
    outputs: { file: name, duration: durationSeconds.toFixed(1) },
    summary: transcodeSummary({
      ...{ source: file.url, sourceBytes: file.bytes, sourceForm: describeSource(kept), claimedSeconds },
      ...{ name, outputBytes: made.bytes, durationSeconds, codecs, workSeconds, warnings },
      machine: context.env['RUNNER_NAME'] ?? '',
    }),
  }
}

interface Made {
  readonly path: string
  readonly bytes: number
  readonly durationSeconds: number
  /** Of the source; null when it does not say. */
  readonly claimedSeconds: number | null
  readonly kept: KeptStreams
  readonly doubts: readonly Finding[]
}

/** Writes the output into the work folder, and looks it over. */
async function make(
  work: JobWork,
  { path: input }: FetchedInput,
  how: { readonly request: TranscodeRequest; readonly encoders: ChosenEncoders },
  tools: MediaTools,
): Promise<Made> {
  const { signal } = work.context
  const source = await probeStreams(input, tools, signal)
  const kept = keepStreams(source, how.encoders)
  const claimedSeconds = claimedDuration(source, kept)
  const { format } = how.request
  work.log(
    `${contents(kept)} of ${inSeconds(claimedSeconds)} becomes ${format}, by ${codecsOf(kept, how.encoders)}`,
  )
  const path = join(work.workFolder, 'output')
  const onProgress = progressOf(work, claimedSeconds)
  const writtenSeconds = await transcodeFile({ path: input, kept }, path, how, tools, { signal, onProgress })
  const output = await readBack(probeStreams(path, tools, signal))
  const { durationSeconds, doubts } = requireSound({ claimedSeconds, kept, writtenSeconds, output })
  onProgress(claimedSeconds ?? durationSeconds)
  return { path, bytes: (await stat(path)).size, durationSeconds, claimedSeconds, kept, doubts }
}

/** The inputs were checked against the kind's table. */
function readRequest({ format, quality, height }: JobWork['inputs']): TranscodeRequest {
  const known = mediaFormats.find(each => each === format)
  if (!known) throw new RelayError('invalid_input', 'The input format is missing.')
  return {
    format: known,
    quality: mediaQualities.find(each => each === quality) ?? 'normal',
    height: height ? Number(height) : null,
  }
}

function progressOf(work: JobWork, totalSeconds: number | null): (seconds: number) => void {
  return seconds => {
    if (totalSeconds === null) return
    const doneSeconds = Math.min(seconds, totalSeconds)
    work.progress({ percent: (100 * doneSeconds) / totalSeconds, doneSeconds, totalSeconds })
  }
}

function requireSound(transcoded: Transcoded) {
  const verdict = judgeTranscoded(transcoded)
  if (verdict.kind === 'broken') throw ofNoUse(verdict.reason)
  return verdict
}

/** What was asked for and does not apply. */
function notesOn({ format, height }: TranscodeRequest, { video }: KeptStreams): string[] {
  if (height === null || video) return []
  return [`height=${height} says nothing here: there is no picture in the ${format} file.`]
}

function codecsOf(kept: KeptStreams, { audio, video }: ChosenEncoders): string {
  return [...(kept.video && video ? [video.name] : []), ...(kept.audio ? [audio.name] : [])].join(' and ')
}

function contents({ audio, video }: KeptStreams): string {
  if (audio && video) return 'picture and sound'
  return video ? 'the picture' : 'the sound'
}

function describeSource({ audio, video }: KeptStreams): string {
  const picture = video ? [`${video.codec} of ${video.width} x ${video.height}`] : []
  return [...picture, ...(audio ? [audio.codec] : [])].join(' and ')
}

function inSeconds(seconds: number | null): string {
  return seconds === null ? 'unknown length' : `${seconds.toFixed(1)} s`
}
