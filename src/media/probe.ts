import { RelayError } from '../base/errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import { guardedInput, type MediaTools, runMediaTool } from './ffmpeg.ts'

export interface MediaFacts {
  /** As the container claims; it can lie (a cut MP3 still names its full length). null when it does not say. */
  readonly durationSeconds: number | null
  readonly format: string
  readonly codec: string
  readonly channels: number
}

/** What a file holds, cover pictures and subtitles aside. */
export interface MediaStreams {
  /** As the container claims; it can lie. null when it does not say. */
  readonly durationSeconds: number | null
  readonly format: string
  readonly audio: AudioStream | null
  readonly video: VideoStream | null
}

interface MediaStream {
  readonly index: number
  readonly codec: string
  /** As claimed; null where only the container says one, or nothing does. */
  readonly durationSeconds: number | null
}

export interface AudioStream extends MediaStream {
  readonly channels: number
}

export interface VideoStream extends MediaStream {
  readonly width: number
  readonly height: number
}

const probeTimeoutMs = 60_000

/** The audio in an untrusted file. Throws `bad_media` when it cannot be read, `not_media` when it has no audio. */
export async function probe(path: string, tools: MediaTools, signal: AbortSignal): Promise<MediaFacts> {
  const facts = readProbe(await report(path, tools, signal))
  if (facts !== null) return facts
  throw new RelayError('not_media', 'The file has no audio in it.', {
    hint: 'Use the address of an audio file, or of a video with sound.',
  })
}

/** What is in an untrusted file, of which one stream at least is audio or video. Throws `bad_media`, `not_media`. */
export async function probeStreams(
  path: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<MediaStreams> {
  const streams = readStreams(await report(path, tools, signal))
  if (streams !== null) return streams
  throw new RelayError('not_media', 'The file has neither audio nor video in it.', {
    hint: 'Use the address of an audio or video file.',
  })
}

/** What ffprobe says, as JSON. */
async function report(path: string, tools: MediaTools, signal: AbortSignal): Promise<string> {
  const args = [
    '-v',
    'error',
    '-print_format',
    'json',
    '-show_format',
    '-show_streams',
    ...guardedInput(path),
  ]
  const outcome = await runMediaTool(tools.ffprobe, args, tools, { signal, timeoutMs: probeTimeoutMs })
  if (outcome.kind === 'ok') return outcome.stdout
  throw new RelayError('bad_media', `The file cannot be read as audio or video: ${outcome.reason}.`, {
    hint: 'Play the file to see whether it is whole; convert it to mp3 or wav if it is of a rare format.',
  })
}

/** ffprobe's JSON as facts; null when it lists no audio stream. */
export function readProbe(stdout: string): MediaFacts | null {
  const streams = readStreams(stdout)
  if (!streams?.audio) return null
  const { format, audio } = streams
  const durationSeconds = streams.durationSeconds ?? audio.durationSeconds
  return { durationSeconds, format, codec: audio.codec, channels: audio.channels }
}

/** ffprobe's JSON as streams, the first of each kind; null when it lists neither audio nor video. */
export function readStreams(stdout: string): MediaStreams | null {
  const report = parseJson(stdout)
  if (!isJsonObject(report)) return null
  const streams = Array.isArray(report['streams']) ? report['streams'].filter(isJsonObject) : []
  const audio = streams.find(stream => stream['codec_type'] === 'audio')
  const video = streams.find(stream => stream['codec_type'] === 'video' && !isCover(stream))
  if (!audio && !video) return null
  const format: JsonObject = isJsonObject(report['format']) ? report['format'] : {}
  return {
    durationSeconds: seconds(format['duration']),
    format: String(format['format_name'] ?? 'unknown'),
    audio: audio ? { ...readStream(audio), channels: Number(audio['channels'] ?? 1) } : null,
    video: video
      ? { ...readStream(video), width: Number(video['width'] ?? 0), height: Number(video['height'] ?? 0) }
      : null,
  }
}

function readStream(stream: JsonObject): MediaStream {
  return {
    index: Number(stream['index'] ?? 0),
    codec: String(stream['codec_name'] ?? 'unknown'),
    durationSeconds: seconds(stream['duration']),
  }
}

/** A picture that goes with the sound, not a film. */
function isCover(stream: JsonObject): boolean {
  const { disposition } = stream
  return isJsonObject(disposition) && disposition['attached_pic'] === 1
}

function seconds(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(number) && number > 0 ? number : null
}
