import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { findPictureEncoder } from '../media/encoders.ts'
import type { MediaTools } from '../media/ffmpeg.ts'
import type { PictureEncoder } from '../media/output-formats.ts'
import { type PictureSource, probePicture } from '../media/probe.ts'
import { type Moment, takePicture } from '../media/thumbnail.ts'
import type { Finding } from '../model/finding.ts'
import { type PictureFormat, pictureFormats } from '../model/kinds.ts'
import { readMoment } from '../model/moment.ts'
import { fetchInput } from './fetch-input.ts'
import type { JobProduct, JobWork } from './kind-runner.ts'
import { inMegabytes, madeSummary } from './made-summary.ts'
import { mediaToolsOf } from './media-tools.ts'
import { ofNoUse, readBack } from './read-back.ts'
import { readVerify } from './require-certain.ts'
import { resultName } from './result-name.ts'

/** A picture of a film, an image or a cover: download, look, take, look again. What the machine lacks is found out before the download. */
export async function thumbnail(work: JobWork): Promise<JobProduct> {
  const { context } = work
  const request = readRequest(work.inputs)
  const tools = await mediaToolsOf(context)
  const encoder = await findPictureEncoder(request.format, tools, context.signal)

  const file = await fetchInput(work, 'picture')
  const began = context.clock()
  const source = await probePicture(file.path, tools, context.signal)
  const taken = await take(work, { path: file.path, source }, { ...request, encoder }, tools)
  const name = resultName(file.url, request.format)
  await rename(taken.path, join(work.resultFolder, name))
  const workSeconds = (context.clock() - began) / 1000
  work.log(`${name} has ${sizeOf(taken)} points, ${inMegabytes(taken.bytes)}`)

  const { doubts } = taken
  const warnings = [...notesOn(request, source), ...doubts.map(({ message }) => message)]
  return {
    files: { [request.format]: name },
    warnings,
    doubts: readVerify(context.env) === 'off' ? [] : doubts,
    source: { url: file.url, foundOn: file.foundOn },
    // How long it takes says nothing of how long the next film will: no speed is learned of it.
    media: null,
    engine: { name: 'ffmpeg', model: encoder.name },
    timing: { workSeconds },
    outputs: { file: name, width: String(taken.width), height: String(taken.height) },
    summary: madeSummary({
      title: 'Thumbnail',
      columns: ['file', 'size', 'points', 'form'],
      from: [
        file.url,
        inMegabytes(file.bytes),
        sizeOf(source.stream),
        `${source.stream.codec}, ${source.kind}`,
      ],
      to: [name, inMegabytes(taken.bytes), sizeOf(taken), encoder.codec],
      ...{ machine: context.env['RUNNER_NAME'] ?? '', workSeconds, warnings },
    }),
  }
}

interface Request {
  readonly format: PictureFormat
  readonly width: number
  /** In seconds; null: it is chosen. */
  readonly at: number | null
}

const usualWidth = 640

/** The inputs were checked against the kind's table. */
function readRequest({ format, width, at = '' }: JobWork['inputs']): Request {
  return {
    format: pictureFormats.find(each => each === format) ?? 'jpg',
    width: width ? Number(width) : usualWidth,
    at: readMoment(at),
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

interface Taken extends Size {
  readonly path: string
  readonly bytes: number
  readonly doubts: readonly Finding[]
}

/** Writes the picture into the work folder, and looks it over. */
async function take(
  work: JobWork,
  input: { readonly path: string; readonly source: PictureSource },
  { at, width, encoder }: Request & { readonly encoder: PictureEncoder },
  tools: MediaTools,
): Promise<Taken> {
  const { signal } = work.context
  const path = join(work.workFolder, 'output')
  const takeAt = async (moment: Moment | null) =>
    (await takePicture(input, path, { encoder, width, moment }, tools, signal)) === 'taken'
  const moment = momentFor(input.source, at)
  let doubts: readonly Finding[] = []
  if (!(await takeAt(moment))) {
    if (!moment?.search || moment.seconds === 0) throw nothingThere(input.source, at)
    doubts = [cutOff(moment.seconds, input.source)]
    if (!(await takeAt({ ...moment, seconds: 0 }))) throw nothingThere(input.source, at)
  }
  const { stream } = await readBack(probePicture(path, tools, signal))
  if (stream.codec !== encoder.codec) throw ofNoUse(`it is ${stream.codec}, not ${encoder.codec}`)
  if (stream.width < 1 || stream.height < 1) throw ofNoUse('it has no size')
  if (stream.width > width) throw ofNoUse(`it is ${stream.width} points wide, more than ${width}`)
  return { path, bytes: (await stat(path)).size, width: stream.width, height: stream.height, doubts }
}

const usualShare = 0.1
/** A file may claim to last for ever. In seconds. */
const latest = 24 * 3600

function momentFor({ kind, durationSeconds }: PictureSource, at: number | null): Moment | null {
  if (kind !== 'film') return null
  if (at !== null) return { seconds: at, search: false }
  return { seconds: Math.min(latest, usualShare * (durationSeconds ?? 0)), search: true }
}

function nothingThere({ kind, durationSeconds }: PictureSource, at: number | null): RelayError {
  if (kind !== 'film' || at === null) {
    return new RelayError('bad_media', 'The file claims to hold a picture, but none can be decoded.', {
      hint: 'Look at the file to see whether it is whole.',
    })
  }
  const length = durationSeconds === null ? 'it ends before' : `it has ${durationSeconds.toFixed(1)} s`
  return new RelayError('invalid_input', `There is no picture at ${at} s of the video: ${length}.`, {
    hint: 'Give an earlier moment, or leave at out.',
  })
}

function cutOff(soughtSeconds: number, { durationSeconds }: PictureSource): Finding {
  const message = `There is no picture at ${soughtSeconds.toFixed(1)} s, a tenth into the video: one of its beginning was taken, and the source may be cut off.`
  return {
    kind: 'cut_off',
    start: soughtSeconds,
    end: durationSeconds ?? soughtSeconds,
    message,
    severity: 'doubt',
  }
}

/** What was asked for and does not apply. */
function notesOn({ at }: Request, { kind }: PictureSource): string[] {
  if (at === null || kind === 'film') return []
  return [`at says nothing here: the source is ${kind === 'image' ? 'an image' : 'audio with a cover'}.`]
}

function sizeOf({ width, height }: Size): string {
  return `${width} x ${height}`
}
