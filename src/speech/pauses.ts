import { open } from 'node:fs/promises'
import { copySamples } from '../media/cut.ts'
import { findSilences, quietestMoment, readLevels, type Silence } from '../media/silence.ts'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'

/**
 * PocketSphinx ends an utterance at a silence, and dense speech, music or noise may hold none: then a whole recording is
 * one utterance, with no progress until its end and memory without bound. So a pause is put where one lasts for more than
 * three minutes. No oftener: across a pause the engine knows no context, and hears worse for it (with one at every breath
 * up to 1.3 points more words were wrong). Silences that end an utterance anyway are made longer, too: 0.8 sometimes
 * misses a short one, and then gives the utterance the times of what follows it. Times are mapped back by the same plan.
 */
export interface PausePlan {
  /** Where a pause is put, in seconds of the original, ascending. */
  readonly cuts: readonly number[]
  readonly pauseSeconds: number
}

const pauseSeconds = 0.8
/** As short as the gap between two sentences of a fast speaker. */
const minSilenceSeconds = 0.12
/** Longer than the engine waits (`endAfterFrames`) less what its ear for silence differs from ours. */
const endingSilenceSeconds = 0.6
const utteranceSeconds = { least: 90, most: 180 }

/** Hundredths of a second without speech after which the engine ends an utterance. */
export const endAfterFrames = 70

/**
 * A pause in the middle of each silence that ends an utterance, and of the longest one in the second half of three
 * minutes that hold none; where there is no silence at all, at the quietest moment. `levels` are those of
 * `media/silence`, of the whole recording.
 */
export function planPauses(levels: Float32Array, durationSeconds: number): PausePlan {
  const silences = findSilences(levels, minSilenceSeconds)
  const cuts: number[] = []
  const cutAt = (seconds: number) => cuts.push(Math.round(seconds * 100) / 100)
  const breakUp = (end: number) => {
    for (let from = cuts.at(-1) ?? 0; end - from > utteranceSeconds.most; from = cuts.at(-1) ?? end) {
      const [first, last] = [from + utteranceSeconds.least, from + utteranceSeconds.most]
      cutAt(longestSilence(silences, first, last) ?? quietestMoment(levels, first, last))
    }
  }
  for (const { start, end } of silences) {
    if (end - start < endingSilenceSeconds) continue
    breakUp(start)
    cutAt((start + end) / 2)
  }
  breakUp(durationSeconds)
  return { cuts, pauseSeconds }
}

/** The middle of the longest one that has it between two moments. */
function longestSilence(silences: readonly Silence[], from: number, to: number): number | null {
  const middle = ({ start, end }: Silence) => (start + end) / 2
  const within = silences.filter(silence => middle(silence) >= from && middle(silence) <= to)
  const [longest] = within.sort((a, b) => b.end - b.start - (a.end - a.start))
  return longest === undefined ? null : middle(longest)
}

/** A time in the recording with pauses as a time in the original; inside a pause it is the moment of the cut. */
export function originalTime(seconds: number, plan: PausePlan): number {
  let shift = 0
  for (const cut of plan.cuts) {
    if (seconds <= cut + shift) break
    if (seconds < cut + shift + plan.pauseSeconds) return cut
    shift += plan.pauseSeconds
  }
  return seconds - shift
}

/** Writes the recording with pauses, and a last one at its end, so that the last word is heard out. */
export async function writeWithPauses(input: string, output: string): Promise<PausePlan> {
  const source = await open(input)
  const target = await open(output, 'w')
  try {
    const dataBytes = (await source.stat()).size - headerBytes
    const plan = planPauses(await readLevels(source), dataBytes / bytesPerSecond)
    const ends = [...plan.cuts.map(cut => Math.round(cut * 100) * (bytesPerSecond / 100)), dataBytes]
    const pause = Buffer.alloc(plan.pauseSeconds * bytesPerSecond)
    await target.write(wavHeader(dataBytes + ends.length * pause.length))
    let from = 0
    for (const end of ends) {
      await copySamples(source, target, from, end)
      await target.write(pause)
      from = end
    }
    return plan
  } finally {
    await source.close()
    await target.close()
  }
}
