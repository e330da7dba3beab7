import { RelayError } from '../base/errors.ts'
import type { MediaFormat, PictureFormat } from '../model/kinds.ts'
import { type MediaTools, runMediaTool } from './ffmpeg.ts'
import {
  type AudioEncoder,
  type Encoder,
  outputFormats,
  type PictureEncoder,
  pictureEncoders,
} from './output-formats.ts'

export interface ChosenEncoders {
  readonly audio: AudioEncoder
  /** null: the form holds no picture. */
  readonly video: Encoder | null
}

const timeoutMs = 30_000

/** The encoders for a form. Throws `tool_missing` where the ffmpeg of this machine has none for it. */
export async function findEncoders(
  format: MediaFormat,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<ChosenEncoders> {
  const names = await listEncoders(tools, signal)
  const { audio, video } = outputFormats[format]
  return {
    audio: chosen(audio, names, format),
    video: video.length === 0 ? null : chosen(video, names, format),
  }
}

/** The encoder for a picture. Throws `tool_missing` where the ffmpeg of this machine has it not. */
export async function findPictureEncoder(
  format: PictureFormat,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<PictureEncoder> {
  return chosen([pictureEncoders[format]], await listEncoders(tools, signal), format)
}

async function listEncoders(tools: MediaTools, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const listed = await runMediaTool(tools.ffmpeg, ['-v', 'error', '-encoders'], tools, { signal, timeoutMs })
  return listed.kind === 'ok' ? readEncoders(listed.stdout) : new Set<string>()
}

/** What the user is told where the first choice of encoder was not there. */
export function insteadOf(
  format: MediaFormat,
  encoders: ChosenEncoders,
  kept: { readonly audio: unknown; readonly video: unknown },
): string[] {
  const streams = (['video', 'audio'] as const).filter(stream => kept[stream])
  return streams.flatMap(stream => {
    const [first] = outputFormats[format][stream]
    const used = encoders[stream]
    if (!first || !used || used === first) return []
    return [`The ffmpeg of this machine has no ${first.name}: ${used.name} was used instead.`]
  })
}

/** The names in what `ffmpeg -encoders` prints: ` V....D libx264   H.264 ...`, below a legend of `V..... = Video`. */
export function readEncoders(stdout: string): ReadonlySet<string> {
  return new Set(stdout.split('\n').flatMap(line => /^ [VA][A-Z.]{5} (\w\S*)/.exec(line)?.[1] ?? []))
}

function chosen<Kind extends AudioEncoder | Encoder | PictureEncoder>(
  candidates: readonly Kind[],
  names: ReadonlySet<string>,
  format: MediaFormat | PictureFormat,
): Kind {
  const found = candidates.find(({ name }) => names.has(name))
  if (found) return found
  const wanted = candidates.map(({ name }) => name).join(' or ')
  throw new RelayError(
    'tool_missing',
    `The ffmpeg of this machine cannot make ${format}: it has no ${wanted}.`,
    {
      hint: 'Install an ffmpeg that has it there (that of Debian, Ubuntu and Homebrew does), or ask for another format.',
    },
  )
}
