import { RelayError } from '../base/errors.ts'
import { guardedInput, type MediaTools, runMediaTool } from './ffmpeg.ts'

export type UploadEncoding = 'mp3' | 'wav'

/** A stretch of a recording, in seconds. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * MP3 of 32 kbit/s: 0.24 MB per minute where a normalised wav has 1.92, and heard no worse (measured, also by the words
 * an engine gets wrong). Every service takes it; some models of OpenRouter want wav.
 */
const codecs: Readonly<Record<UploadEncoding, readonly string[]>> = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '32k', '-f', 'mp3'],
  wav: ['-c:a', 'pcm_s16le', '-fflags', '+bitexact', '-f', 'wav'],
}

const timeoutMs = 10 * 60_000

/** Writes a part of a normalised recording for sending. Throws `bad_media`, or the signal's reason. */
export async function encodeSpan(
  input: string,
  output: string,
  { span, encoding }: { readonly span: Span; readonly encoding: UploadEncoding },
  tools: MediaTools,
  signal: AbortSignal,
): Promise<void> {
  const args = [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y'],
    ...['-ss', span.start.toFixed(3), '-t', (span.end - span.start).toFixed(3)],
    ...guardedInput(input),
    ...['-map', '0:a:0', '-map_metadata', '-1', '-ac', '1', '-ar', '16000'],
    ...codecs[encoding],
    `file:${output}`,
  ]
  const outcome = await runMediaTool(tools.ffmpeg, args, tools, { signal, timeoutMs })
  if (outcome.kind === 'ok') return
  throw new RelayError('bad_media', `The audio cannot be encoded as ${encoding}: ${outcome.reason}.`, {
    hint: 'Install an ffmpeg with libmp3lame on the machine.',
  })
}
