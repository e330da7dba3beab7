import { rename, stat } from 'node:fs/promises'
import { RelayError } from '../base/errors.ts'
import { doneSeconds, guardedInput, type MediaTools, runMediaTool } from './ffmpeg.ts'
import type { MediaFacts } from './probe.ts'
import { bytesPerSecond, headerBytes } from './wav.ts'

export interface NormalisedAudio {
  /** A wav file: 16 kHz, mono, signed 16 bit, header of 44 bytes. What every speech engine here takes. */
  readonly path: string
  readonly durationSeconds: number
  readonly warnings: readonly string[]
}

/** A decoder that stops early by more than both of these has lost part of the recording. */
const toleratedLoss = { share: 0.02, seconds: 2 }
const timeoutMs = 4 * 3600_000
/** A day of sound is 2.8 GB of samples; a small file can hold years of silence. */
const longestSeconds = 24 * 3600

/**
 * Decodes the first audio stream to the one format the engines take. `onProgress` gets 0 to 1. Throws `bad_media` when
 * nothing can be decoded. A recording that is shorter than its container claims is kept, with a warning: the part
 * that is there is worth having, and claims of variable-rate MP3 files are often wrong.
 */
export async function normalise(
  input: { readonly path: string; readonly facts: MediaFacts },
  output: string,
  tools: MediaTools,
  watch: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void },
): Promise<NormalisedAudio> {
  const part = `${output}.part`
  const outcome = await runMediaTool(tools.ffmpeg, normaliseArgs(input.path, part), tools, {
    signal: watch.signal,
    timeoutMs,
    onStdoutLine: line => {
      const share = progressShare(line, input.facts.durationSeconds)
      if (share !== null) watch.onProgress(share)
    },
  })
  if (outcome.kind === 'failed') {
    throw new RelayError('bad_media', `The audio cannot be decoded: ${outcome.reason}.`, {
      hint: 'Play the file to see whether it is whole.',
    })
  }
  const durationSeconds = ((await stat(part)).size - headerBytes) / bytesPerSecond
  if (durationSeconds <= 0) {
    throw new RelayError('bad_media', 'The file claims to hold audio, but none of it can be decoded.', {
      hint: 'Play the file to see whether it is whole.',
    })
  }
  if (durationSeconds >= longestSeconds) {
    throw new RelayError('too_large', `The recording is longer than ${longestSeconds / 3600} hours.`, {
      hint: 'Cut it into parts, and submit each as a job of its own.',
    })
  }
  await rename(part, output)
  return {
    path: output,
    durationSeconds,
    warnings: lossWarnings(input.facts.durationSeconds, durationSeconds),
  }
}

function normaliseArgs(input: string, output: string): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y'],
    ...guardedInput(input),
    ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1'],
    // bitexact leaves out the LIST chunk, which PocketSphinx would take for sound.
    ...['-fflags', '+bitexact', '-ac', '1', '-ar', '16000', '-c:a', 'pcm_s16le', '-f', 'wav'],
    ...['-t', String(longestSeconds)],
    ...['-progress', 'pipe:1', '-stats_period', '0.5'],
    `file:${output}`,
  ]
}

/** Of one line of `-progress`, how much of the recording is done: 0 to 1; null where it or the duration does not say. */
export function progressShare(line: string, durationSeconds: number | null): number | null {
  const done = doneSeconds(line)
  return done === null || durationSeconds === null ? null : Math.min(1, done / durationSeconds)
}

/** Whether two durations, in seconds, differ by more than containers usually do from what is in them. */
export function beyondTolerance(difference: number, longer: number): boolean {
  return difference > toleratedLoss.seconds && difference > longer * toleratedLoss.share
}

export function lossWarnings(claimed: number | null, decoded: number): string[] {
  if (claimed === null) return []
  if (!beyondTolerance(claimed - decoded, claimed)) return []
  return [
    `The file claims ${claimed.toFixed(1)} s of audio, but only ${decoded.toFixed(1)} s could be decoded: it may be cut off.`,
  ]
}
