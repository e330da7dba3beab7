import { stat } from 'node:fs/promises'
import { RelayError } from '../base/errors.ts'
import type { MediaFormat, MediaQuality } from '../model/kinds.ts'
import type { ChosenEncoders } from './encoders.ts'
import { doneSeconds, guardedInput, type MediaTools, runMediaTool } from './ffmpeg.ts'
import { type AudioEncoder, type Encoder, outputFormats } from './output-formats.ts'
import { boundedDecoding, mostPixels, requireShowable, threads } from './picture-limits.ts'
import type { AudioStream, MediaStreams, VideoStream } from './probe.ts'

export interface TranscodeRequest {
  readonly format: MediaFormat
  readonly quality: MediaQuality
  /** Lines of the picture at most; null: as many as it has. */
  readonly height: number | null
}

/** The streams of a source that go into the output. */
export interface KeptStreams {
  readonly audio: AudioStream | null
  readonly video: VideoStream | null
}

export interface TranscodeLimits {
  /** Seconds of media. */
  readonly seconds: number
  /** Of the output. */
  readonly bytes: number
  readonly pixels: number
  /** Of ffmpeg's work; the job's own time is usually over before. */
  readonly timeoutMs: number
}

/** A day, as for a recording that is heard; a little less than a broker relays as one file; the picture of an 8K film; a day of work. */
export const usualLimits: TranscodeLimits = {
  seconds: 24 * 3600,
  bytes: 2_000_000_000,
  pixels: mostPixels,
  timeoutMs: 24 * 3600_000,
}

/** What of the source the format can hold. Throws `not_media` where that is nothing, `too_large` for a picture beyond the limit. */
export function keepStreams(
  { audio, video }: MediaStreams,
  encoders: ChosenEncoders,
  { pixels }: TranscodeLimits = usualLimits,
): KeptStreams {
  const kept = { audio, video: encoders.video ? video : null }
  if (!kept.audio && !kept.video) {
    throw new RelayError('not_media', 'The file has a picture, but no sound.', {
      hint: 'A format for video keeps the picture: format=mp4.',
    })
  }
  if (kept.video) requireShowable(kept.video, 'Only the sound can be had of it: format=mp3.', pixels)
  return kept
}

/**
 * Writes `input` to `output` in another form, and returns how many seconds ffmpeg says it wrote, or null. `onProgress` gets
 * seconds. Throws `bad_media` where ffmpeg gives up, `too_large` beyond the limits, `timeout`, or the signal's reason.
 */
export async function transcodeFile(
  input: { readonly path: string; readonly kept: KeptStreams },
  output: string,
  how: {
    readonly request: TranscodeRequest
    readonly encoders: ChosenEncoders
    readonly limits?: TranscodeLimits
  },
  tools: MediaTools,
  watch: { readonly signal: AbortSignal; readonly onProgress: (seconds: number) => void },
): Promise<number | null> {
  const limits = how.limits ?? usualLimits
  let written: number | null = null
  const outcome = await runMediaTool(tools.ffmpeg, transcodeArgs(input, output, how, limits), tools, {
    signal: watch.signal,
    timeoutMs: limits.timeoutMs,
    onStdoutLine: line => {
      const seconds = doneSeconds(line)
      if (seconds === null) return
      written = seconds
      watch.onProgress(seconds)
    },
  })
  if (outcome.kind === 'failed') {
    throw new RelayError('bad_media', `ffmpeg cannot make ${how.request.format} of it: ${outcome.reason}.`, {
      hint: 'Play the file to see whether it is whole.',
    })
  }
  await requireWithin(limits, output, written)
  return written
}

async function requireWithin({ seconds, bytes }: TranscodeLimits, output: string, written: number | null) {
  if ((await stat(output)).size >= bytes) {
    throw new RelayError('too_large', `The output would be larger than ${bytes / 1e6} MB.`, {
      hint: 'Ask for less: height=480, quality=small, or a format for sound.',
    })
  }
  if ((written ?? 0) >= seconds) {
    throw new RelayError('too_large', `The recording is longer than ${seconds / 3600} hours.`, {
      hint: 'Cut it into parts, and submit each as a job of its own.',
    })
  }
}

function transcodeArgs(
  { path, kept }: { readonly path: string; readonly kept: KeptStreams },
  output: string,
  { request, encoders }: { readonly request: TranscodeRequest; readonly encoders: ChosenEncoders },
  limits: TranscodeLimits,
): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y'],
    ...boundedDecoding(limits.pixels),
    ...guardedInput(path),
    ...(kept.video ? ['-map', `0:${kept.video.index}`] : ['-vn']),
    ...(kept.audio ? ['-map', `0:${kept.audio.index}`] : ['-an']),
    ...['-sn', '-dn', '-filter_threads', threads, '-threads', threads],
    ...(kept.video && encoders.video ? videoArgs(encoders.video, request) : []),
    ...(kept.audio ? audioArgs(encoders.audio, kept.audio, request) : []),
    ...outputFormats[request.format].container,
    ...['-t', String(limits.seconds), '-fs', String(limits.bytes)],
    ...['-progress', 'pipe:1', '-stats_period', '0.5'],
    `file:${output}`,
  ]
}

/** Even sides and 8 bits of 4:2:0 are what every player shows. */
function videoArgs({ name, args }: Encoder, { height, quality }: TranscodeRequest): string[] {
  const lines = height === null ? 'ih' : `min(${height},ih)`
  const scale = `scale=w='max(2,trunc(iw*${lines}/ih/2)*2)':h='max(2,trunc(${lines}/2)*2)'`
  return ['-c:v', name, ...args[quality], '-vf', scale, '-pix_fmt', 'yuv420p']
}

/** Two channels at most: not every encoder takes every arrangement of more. One needs half of what two do. */
function audioArgs(
  { name, rates }: AudioEncoder,
  { channels }: AudioStream,
  { quality }: TranscodeRequest,
): string[] {
  const rate = rates && (channels === 1 ? rates[quality] / 2 : rates[quality])
  return ['-c:a', name, ...(rate ? ['-b:a', `${rate}k`] : []), ...(channels > 2 ? ['-ac', '2'] : [])]
}
