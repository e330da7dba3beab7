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

const probeTimeoutMs = 60_000

/** What is in an untrusted file. Throws `bad_media` when it cannot be read, `not_media` when it has no audio. */
export async function probe(path: string, tools: MediaTools, signal: AbortSignal): Promise<MediaFacts> {
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
  if (outcome.kind === 'failed') {
    throw new RelayError('bad_media', `The file cannot be read as audio or video: ${outcome.reason}.`, {
      hint: 'Play the file to see whether it is whole; convert it to mp3 or wav if it is of a rare format.',
    })
  }
  const facts = readProbe(outcome.stdout)
  if (facts !== null) return facts
  throw new RelayError('not_media', 'The file has no audio in it.', {
    hint: 'Use the address of an audio file, or of a video with sound.',
  })
}

/** ffprobe's JSON as facts; null when it lists no audio stream. */
export function readProbe(stdout: string): MediaFacts | null {
  const report = parseJson(stdout)
  if (!isJsonObject(report)) return null
  const streams = Array.isArray(report['streams']) ? report['streams'].filter(isJsonObject) : []
  const audio = streams.find(stream => stream['codec_type'] === 'audio')
  if (audio === undefined) return null
  const format: JsonObject = isJsonObject(report['format']) ? report['format'] : {}
  return {
    durationSeconds: seconds(format['duration']) ?? seconds(audio['duration']),
    format: String(format['format_name'] ?? 'unknown'),
    codec: String(audio['codec_name'] ?? 'unknown'),
    channels: Number(audio['channels'] ?? 1),
  }
}

function seconds(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(number) && number > 0 ? number : null
}
