import { spreadTexts } from './spread-text.ts'
import type { Segment, Word } from './transcript.ts'

type Spoken = Omit<Segment, 'id'>

/** The words of a recording with their times, in order. A list of words is one. */
export interface SpokenWords extends Iterable<Word> {
  readonly length: number
  slice(from: number, to: number): readonly Word[]
}

/** The words of the segments; those of a segment that has only its own times share them by their letters. */
export function wordsOf(segments: readonly Spoken[]): SpokenWords {
  return new WordsOfSegments(segments)
}

/** Looks into the segments as it is asked: a list of all words would take many MB of a day of talk. */
class WordsOfSegments implements SpokenWords {
  readonly #segments: readonly Spoken[]
  /** How many words there are before each segment, and at its end in all. */
  readonly #before: Int32Array

  constructor(segments: readonly Spoken[]) {
    this.#segments = segments
    this.#before = new Int32Array(segments.length + 1)
    let count = 0
    for (const [at, segment] of segments.entries()) {
      count += wordsIn(segment).length
      this.#before[at + 1] = count
    }
  }

  get length(): number {
    return this.#before.at(-1) ?? 0
  }

  *[Symbol.iterator](): Generator<Word> {
    for (const segment of this.#segments) yield* wordsIn(segment)
  }

  slice(from: number, to: number): readonly Word[] {
    const words: Word[] = []
    for (let at = this.#segmentOf(from); at < this.#segments.length; at += 1) {
      const [before = 0, segment] = [this.#before[at], this.#segments[at]]
      if (segment === undefined || before >= to) break
      words.push(...wordsIn(segment).slice(Math.max(0, from - before), to - before))
    }
    return words
  }

  /** The last segment that has no more than so many words before it. */
  #segmentOf(index: number): number {
    let [low, high] = [0, this.#segments.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#before[middle] ?? 0) <= index) low = middle
      else high = middle
    }
    return low
  }
}

function wordsIn(segment: Spoken): readonly Word[] {
  if (segment.words !== undefined) return segment.words
  return spreadTexts(
    segment.text.split(/\s+/).filter(word => word !== ''),
    segment,
  )
}
