import { open } from 'node:fs/promises'
import { copySamples } from '../media/cut.ts'
import { findSilences, quietestMoment, readLevels } from '../media/silence.ts'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'

/**
 * PocketSphinx ends an utterance at half a second of silence, and dense speech may hold none: then a whole recording is
 * one utterance, with no progress until its end and one endless subtitle. So a pause is put into every short silence of
 * the speaker; the engine hears no worse for it. Times are mapped back by the same plan.
 */
export interface PausePlan {
  /** Where a pause is put, in seconds of the original, ascending. */
  readonly cuts: readonly number[]
  readonly pauseSeconds: number
}

const pauseSeconds = 0.8
/** As short as the gap between two sentences of a fast speaker. */
const minSilenceSeconds = 0.12
/** Utterances shorter than this lose the context by which the engine tells words apart. */
const minPieceSeconds = 2

/** Over music or noise there may be no silence at all; an endless utterance takes endless memory and shows no progress. */
const maxPieceSeconds = 30

/**
 * A pause in the middle of every silence that leaves pieces of at least two seconds; where none comes for thirty, at
 * the quietest moment of the second fifteen. `levels` are those of `media/silence`, of the whole recording.
 */
export function planPauses(levels: Float32Array, durationSeconds: number): PausePlan {
  const cuts: number[] = []
  const cutAt = (seconds: number) => cuts.push(Math.round(seconds * 100) / 100)
  const breakUp = (end: number) => {
    for (let start = cuts.at(-1) ?? 0; end - start > maxPieceSeconds; start = cuts.at(-1) ?? end) {
      cutAt(quietestMoment(levels, start + maxPieceSeconds / 2, start + maxPieceSeconds))
    }
  }
  for (const { start, end } of findSilences(levels, minSilenceSeconds)) {
    const middle = (start + end) / 2
    breakUp(middle)
    const isTooNear = middle - (cuts.at(-1) ?? 0) < minPieceSeconds
    if (!isTooNear && durationSeconds - middle >= minPieceSeconds / 2) cutAt(middle)
  }
  breakUp(durationSeconds)
  return { cuts, pauseSeconds }
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
