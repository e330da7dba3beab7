import { RelayError } from '../base/errors.ts'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import { guardedInput, type MediaTools, type Readable, runMediaTool } from './ffmpeg.ts'

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

/** What a picture can be had of. cover: it goes with the sound. */
export interface PictureSource {
  readonly kind: 'film' | 'image' | 'cover'
  readonly stream: VideoStream
  /** Of a film, as claimed; null when it does not say, and of the others. */
  readonly durationSeconds: number | null
}

const probeTimeoutMs = 60_000

/** The audio in an untrusted file. Throws `bad_media` when it cannot be read, `not_media` when it has no audio. */
export async function probe(path: string, tools: MediaTools, signal: AbortSignal): Promise<MediaFacts> {
  return (
    readProbe(await report(path, tools, signal)) ??
    refuse('no audio in it', 'Use the address of an audio file, or of a video with sound.')
  )
}

/** What is in an untrusted file, of which one stream at least is audio or video. Throws `bad_media`, `not_media`. */
export async function probeStreams(
  path: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<MediaStreams> {
  return (
    readStreams(await report(path, tools, signal)) ??
    refuse('neither audio nor video in it', 'Use the address of an audio or video file.')
  )
}

/**
 * The picture in an untrusted file: of a film, an image, or the cover of a recording. The file's name has no extension, for by
 * one such as .jpg ffmpeg takes it for a pattern of names, which is not allowed. Throws `bad_media`, `not_media`.
 */
export async function probePicture(
  path: string,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<PictureSource> {
  return (
    readPicture(await report(path, tools, signal, 'picture')) ??
    refuse(
      'no picture in it, and no cover',
      'Use the address of a video, of a jpg, png or webp, or of an audio file with a cover.',
    )
  )
}

function refuse(what: string, hint: string): never {
  throw new RelayError('not_media', `The file has ${what}.`, { hint })
}

/** What to do with a file that cannot be read. */
const advice: Readonly<Record<Readable, string>> = {
  media: 'Play the file to see whether it is whole; convert it to mp3 or wav if it is of a rare format.',
  picture:
    'Look at the file to see whether it is whole; convert it to mp4, jpg or png if it is of a rare format.',
}

/** What ffprobe says, as JSON. */
async function report(
  path: string,
  tools: MediaTools,
  signal: AbortSignal,
  readable: Readable = 'media',
): Promise<string> {
  const args = [
    '-v',
    'error',
    '-print_format',
    'json',
    '-show_format',
    '-show_streams',
    ...guardedInput(path, readable),
  ]
  const outcome = await runMediaTool(tools.ffprobe, args, tools, { signal, timeoutMs: probeTimeoutMs })
  if (outcome.kind === 'ok') return outcome.stdout
  const what = readable === 'picture' ? 'audio, video or an image' : 'audio or video'
  throw new RelayError('bad_media', `The file cannot be read as ${what}: ${outcome.reason}.`, {
    hint: advice[readable],
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
  const { format, streams } = readReport(stdout)
  const audio = streams.find(stream => stream['codec_type'] === 'audio')
  const video = streams.find(stream => stream['codec_type'] === 'video' && !isCover(stream))
  if (!audio && !video) return null
  return {
    durationSeconds: seconds(format['duration']),
    format: String(format['format_name'] ?? 'unknown'),
    audio: audio ? { ...readStream(audio), channels: Number(audio['channels'] ?? 1) } : null,
    video: video ? readVideo(video) : null,
  }
}

/** ffprobe's JSON as what a picture can be had of: a film before its cover; null when there is none. */
export function readPicture(stdout: string): PictureSource | null {
  const { format, streams } = readReport(stdout)
  const pictures = streams.filter(stream => stream['codec_type'] === 'video')
  const film = pictures.find(stream => !isCover(stream))
  const found = film ?? pictures[0]
  if (!found) return null
  const stream = readVideo(found)
  if (!film) return { kind: 'cover', stream, durationSeconds: null }
  if (isImage(format)) return { kind: 'image', stream, durationSeconds: null }
  return { kind: 'film', stream, durationSeconds: stream.durationSeconds ?? seconds(format['duration']) }
}

/** `png_pipe`: so ffmpeg calls what reads one image out of one file. */
function isImage(format: JsonObject): boolean {
  return String(format['format_name']).endsWith('_pipe')
}

function readReport(stdout: string): {
  readonly format: JsonObject
  readonly streams: readonly JsonObject[]
} {
  const report = parseJson(stdout)
  const { format, streams }: JsonObject = isJsonObject(report) ? report : {}
  return {
    format: isJsonObject(format) ? format : {},
    streams: Array.isArray(streams) ? streams.filter(isJsonObject) : [],
  }
}

function readVideo(stream: JsonObject): VideoStream {
  return {
    ...readStream(stream),
    width: Number(stream['width'] ?? 0),
    height: Number(stream['height'] ?? 0),
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
