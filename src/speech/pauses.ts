import { open } from 'node:fs/promises'
import { copySamples } from '../media/cut.ts'
import { findSilences, quietestMoment, readLevels, type Silence, soundingPart } from '../media/silence.ts'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'

/**
 * What PocketSphinx is given in place of a recording. It ends an utterance at half a second of silence, and dense speech
 * may hold none: then a whole recording is one utterance, with no progress until its end and memory without bound. So
 * pauses are put into it, few and at the ends of sentences, for across a pause the engine knows no context. And it knows
 * the sound of a voice (its cepstral mean) only after the first utterance, so it hears the first two seconds twice: of
 * sentences heard from a cold start 29 % of the words were wrong, of the same ones after these two seconds 21 %
 * (40 sentences, three voices). Times are mapped back by the same plan.
 */
export interface PausePlan {
  /** What is heard before the recording itself, and a pause after it. null: there is no sound. */
  readonly warmUp: Silence | null
  /** Where a pause is put, in seconds of the original, ascending. */
  readonly cuts: readonly number[]
  readonly pauseSeconds: number
}

const pauseSeconds = 0.8
const warmUpSeconds = 2
/** As short as the gap between two sentences of a fast speaker. */
const minSilenceSeconds = 0.12
/** Shorter, and the engine loses the context by which it tells words apart; longer, and there is no progress. */
const pieceSeconds = { least: 8, most: 20 }

/**
 * A pause in the middle of the longest silence eight to twenty seconds after the one before, which is where a sentence
 * ends; over music or noise, which have none, at the quietest moment of the second ten. `levels` are those of
 * `media/silence`, of the whole recording.
 */
export function planPauses(levels: Float32Array, durationSeconds: number): PausePlan {
  const silences = findSilences(levels, minSilenceSeconds)
  const cuts: number[] = []
  for (let start = 0; durationSeconds - start > pieceSeconds.most; start = cuts.at(-1) ?? durationSeconds) {
    const end = start + pieceSeconds.most
    const at =
      longestSilence(silences, start + pieceSeconds.least, end) ??
      quietestMoment(levels, start + pieceSeconds.most / 2, end)
    cuts.push(Math.round(at * 100) / 100)
  }
  return { warmUp: firstSound(levels, durationSeconds), cuts, pauseSeconds }
}

/** The middle of the longest silence that has it between two moments. */
function longestSilence(silences: readonly Silence[], from: number, to: number): number | null {
  const middle = ({ start, end }: Silence) => (start + end) / 2
  const within = silences.filter(silence => middle(silence) >= from && middle(silence) <= to)
  const [longest] = within.sort((a, b) => b.end - b.start - (a.end - a.start))
  return longest === undefined ? null : middle(longest)
}

function firstSound(levels: Float32Array, durationSeconds: number): Silence | null {
  const sound = soundingPart(levels, 0, durationSeconds)
  return sound && { start: sound.start, end: Math.min(sound.end, sound.start + warmUpSeconds) }
}

/** Seconds that are heard before the recording begins. */
function leadSeconds({ warmUp, pauseSeconds }: PausePlan): number {
  return warmUp === null ? 0 : warmUp.end - warmUp.start + pauseSeconds
}

/**
 * A time in what the engine heard as a time in the original; inside a pause it is the moment of the cut. null: it was
 * still warming up.
 */
export function originalTime(seconds: number, plan: PausePlan): number | null {
  let shift = leadSeconds(plan)
  if (seconds < shift) return null
  for (const cut of plan.cuts) {
    if (seconds <= cut + shift) break
    if (seconds < cut + shift + plan.pauseSeconds) return cut
    shift += plan.pauseSeconds
  }
  return seconds - shift
}

/** Writes the warm-up and the recording with pauses, and a last one at its end, so that the last word is heard out. */
export async function writeWithPauses(input: string, output: string): Promise<PausePlan> {
  const source = await open(input)
  const target = await open(output, 'w')
  try {
    const dataBytes = (await source.stat()).size - headerBytes
    const plan = planPauses(await readLevels(source), dataBytes / bytesPerSecond)
    const edges = [0, ...plan.cuts.map(byteOf), dataBytes]
    const pieces = edges.slice(1).map((end, index) => ({ from: edges[index] ?? 0, end }))
    const { warmUp } = plan
    if (warmUp !== null) pieces.unshift({ from: byteOf(warmUp.start), end: byteOf(warmUp.end) })
    const pause = Buffer.alloc(plan.pauseSeconds * bytesPerSecond)
    const bytes = pieces.reduce((sum, { from, end }) => sum + end - from + pause.length, 0)
    await target.write(wavHeader(bytes))
    for (const { from, end } of pieces) {
      await copySamples(source, target, from, end)
      await target.write(pause)
    }
    return plan
  } finally {
    await source.close()
    await target.close()
  }
}

/** To the centisecond, as `levels` are. */
function byteOf(seconds: number): number {
  return Math.round(seconds * 100) * (bytesPerSecond / 100)
}
