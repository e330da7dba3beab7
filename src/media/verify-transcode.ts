import type { Finding } from '../model/finding.ts'
import { beyondTolerance } from './normalise.ts'
import type { MediaStreams } from './probe.ts'
import type { KeptStreams } from './transcode.ts'

/** What is known of a transcoding when it is over. */
export interface Transcoded {
  /** As the source claims; null when it does not say. */
  readonly claimedSeconds: number | null
  readonly kept: KeptStreams
  /** As ffmpeg told while it wrote; null: it did not. */
  readonly writtenSeconds: number | null
  /** What ffprobe reads in the output. */
  readonly output: MediaStreams
}

export type TranscodeVerdict =
  | { readonly kind: 'sound'; readonly durationSeconds: number; readonly doubts: readonly Finding[] }
  /** One clause: the output is of no use. */
  | { readonly kind: 'broken'; readonly reason: string }

/** How long the streams that are kept claim to be, else the whole source. */
export function claimedDuration(
  { durationSeconds }: MediaStreams,
  { audio, video }: KeptStreams,
): number | null {
  const claims = [audio, video].flatMap(stream => (stream ? [stream.durationSeconds ?? durationSeconds] : []))
  const known = claims.filter(claim => claim !== null)
  return known.length > 0 ? Math.max(...known) : null
}

/** Whether the output is what the source was, in another form. Pure. */
export function judgeTranscoded({
  claimedSeconds,
  kept,
  writtenSeconds,
  output,
}: Transcoded): TranscodeVerdict {
  if (kept.audio && !output.audio) return broken('it has lost the sound')
  if (kept.video && !output.video) return broken('it has lost the picture')
  const { durationSeconds } = output
  if (durationSeconds === null) return broken('nothing of the source is in it')
  // It may be longer: ffmpeg does not count how long the last picture stays.
  if (writtenSeconds !== null && beyondTolerance(writtenSeconds - durationSeconds, writtenSeconds)) {
    return broken(`${inSeconds(writtenSeconds)} were written, and ${inSeconds(durationSeconds)} can be read`)
  }
  return { kind: 'sound', durationSeconds, doubts: doubtsAbout(claimedSeconds, durationSeconds) }
}

function doubtsAbout(claimed: number | null, durationSeconds: number): readonly Finding[] {
  if (claimed === null || !differs(claimed, durationSeconds)) return []
  const isShort = durationSeconds < claimed
  const message = `The source claims ${inSeconds(claimed)}, the output has ${inSeconds(durationSeconds)}: ${
    isShort ? 'the source may be cut off' : 'one of the two may be wrong'
  }.`
  const [start, end] = [claimed, durationSeconds].sort((a, b) => a - b) as [number, number]
  return [{ kind: isShort ? 'cut_off' : 'overlong', start, end, message, severity: 'doubt' }]
}

function differs(one: number, other: number): boolean {
  return beyondTolerance(Math.abs(one - other), Math.max(one, other))
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`
}

function broken(reason: string): TranscodeVerdict {
  return { kind: 'broken', reason }
}
