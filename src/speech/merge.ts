import type { Span } from './coverage.ts'
import type { Chunk } from './split.ts'
import { spreadTexts } from './spread-text.ts'
import type { Segment, Word } from './transcript.ts'

type Utterance = Omit<Segment, 'id'>

/** What was heard in one chunk, in the time of the recording. */
export interface HeardChunk {
  readonly chunk: Chunk
  readonly segments: readonly Utterance[]
}

/**
 * The segments of the whole recording, in its own time. The order of the chunks does not matter, nor that one is there
 * twice. Where two chunks overlap, each word is taken from one of them: up to the cut from the left, from there on
 * from the right; where both heard the same words near the cut, the cut is moved to one of them.
 */
export function mergeChunks(heard: readonly HeardChunk[]): Utterance[] {
  const byIndex = new Map(heard.map(heardChunk => [heardChunk.chunk.index, heardChunk]))
  const inOrder = [...byIndex.values()].sort((a, b) => a.chunk.index - b.chunk.index)
  const merged: Utterance[] = []
  for (const { chunk, segments } of inOrder) {
    const overlap = chunk.start - chunk.heardFrom
    const added = overlap > 0 ? stitch(merged, segments, chunk.start, overlap) : segments
    for (const segment of added) merged.push(segment)
  }
  return merged
}

/** The segments with those within a span replaced by `others`, which are in the time of the recording too. */
export function replaceWithin(
  segments: readonly Utterance[],
  { start, end }: { readonly start: number; readonly end: number },
  others: readonly Utterance[],
): Utterance[] {
  // Of a day of talk only the segments on the edges are looked into.
  const before = segments.flatMap(segment => {
    if (segment.end <= start) return segment
    return segment.start >= start ? [] : partOf(segment, word => middle(word) < start)
  })
  const after = segments.flatMap(segment => {
    if (segment.start >= end) return segment
    return segment.end <= end ? [] : partOf(segment, word => middle(word) >= end)
  })
  return [...before, ...others, ...after]
}

/** What an engine heard in a chunk, from the time of what it was given to the time of the recording. */
export function inRecordingTime(
  segments: readonly Utterance[],
  { heardFrom, heardTo, padding }: Chunk,
): Utterance[] {
  const moved = <Timed extends Span>(timed: Timed): Timed => ({
    ...timed,
    start: clamp(timed.start - padding + heardFrom, heardFrom, heardTo),
    end: clamp(timed.end - padding + heardFrom, heardFrom, heardTo),
  })
  return segments.map(segment => ({
    ...moved(segment),
    ...(segment.words === undefined ? {} : { words: segment.words.map(moved) }),
  }))
}

/** Cuts the end off what was merged, and returns what comes after it. Only the segments near the cut are looked into. */
function stitch(merged: Utterance[], right: readonly Utterance[], cut: number, reach: number) {
  const [from, to] = [cut - reach, cut + reach]
  const left = merged.splice(merged.findLastIndex(({ end }) => end < from) + 1)
  const first = right.findIndex(({ start }) => start > to)
  const near = first < 0 ? right : right.slice(0, first)
  const seam = findSeam(wordsNear(left, from, to), wordsNear(near, from, to), cut)
  return [
    ...keepWords(left, (word, index) => (seam ? index <= seam.left : middle(word) < cut)),
    ...keepWords(near, (word, index) => (seam ? index > seam.right : middle(word) >= cut)),
    ...(first < 0 ? [] : right.slice(first)),
  ]
}

/**
 * By how many seconds the time of a word may be off: two engines' clocks differ, or one's in two runs; a guess is off by
 * more. But within so much there is a "the" in most sentences: one guessed word `alone` has to fit better.
 */
const timeErrors = { heard: 0.15, guessed: 1.5, alone: 0.7 }

interface NearWord extends Word {
  /** Among all words of its side. */
  readonly index: number
  readonly timeError: number
}

function wordsNear(segments: readonly Utterance[], from: number, to: number): NearWord[] {
  return segments
    .flatMap(segment => {
      const timeError = segment.words === undefined ? timeErrors.guessed : timeErrors.heard
      return timedWords(segment).map(word => ({ ...word, timeError }))
    })
    .map((word, index) => ({ ...word, index }))
    .filter(({ start, end, timeError }) => end >= from - timeError && start <= to + timeError)
}

/** Where a side ends and the other goes on: the indexes of a word that both have. */
interface Seam {
  readonly left: number
  readonly right: number
}

/** A word that both sides heard at about the same moment: of the longest run of such words the one nearest to the cut. */
function findSeam(left: readonly NearWord[], right: readonly NearWord[], cut: number): Seam | null {
  const runLength = (at: number, other: number) => {
    let [before, after] = [0, 0]
    while (isSame(left[at - before - 1], right[other - before - 1])) before += 1
    while (isSame(left[at + after + 1], right[other + after + 1])) after += 1
    return before + 1 + after
  }
  const seams = left.flatMap((word, at) =>
    right.flatMap((same, other) => {
      if (!isSame(word, same)) return []
      const length = runLength(at, other)
      if (length === 1 && timeBetween(word, same) >= timeErrors.alone) return []
      return { left: word.index, right: same.index, length, distance: Math.abs(middle(word) - cut) }
    }),
  )
  return seams.sort((a, b) => b.length - a.length || a.distance - b.distance)[0] ?? null
}

function isSame(a: NearWord | undefined, b: NearWord | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return (
    timeBetween(a, b) < Math.max(a.timeError, b.timeError) &&
    hasLetters(a.text) &&
    plain(a.text) === plain(b.text)
  )
}

function timeBetween(a: Word, b: Word): number {
  return Math.abs(middle(a) - middle(b))
}

/** The words of a segment; of one whose words have no times, each is given the time of its share of the letters. */
function timedWords(segment: Utterance): readonly Word[] {
  return segment.words ?? spreadTexts(wordsWithin(segment.text), segment)
}

/** Scripts that put no spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/**
 * Together they are the text. A new word begins after a space, or where Unicode's tables see one in a script without
 * spaces. A mark that stands alone goes with the word before it; one that opens something, with the next.
 */
function wordsWithin(text: string): string[] {
  const words: string[] = []
  for (const spaced of text.trim().match(/\S+\s*/g) ?? []) {
    const parts = unspaced.test(spaced) ? [...segmenter.segment(spaced)] : [{ segment: spaced }]
    for (const { segment } of parts) {
      const last = words.at(-1) ?? ''
      const isNew = hasLetters(last) && (hasLetters(segment) || opens(segment))
      if (isNew || words.length === 0) words.push(segment)
      else words[words.length - 1] = `${last}${segment}`
    }
  }
  return words
}

function opens(text: string): boolean {
  return /^[\p{Ps}\p{Pi}¿¡]/u.test(text)
}

/** What is left of the segments by those of their words that are wanted. `index` counts through all of them. */
function keepWords(
  segments: readonly Utterance[],
  isWanted: (word: Word, index: number) => boolean,
): Utterance[] {
  let index = 0
  return segments.flatMap(segment => partOf(segment, word => isWanted(word, index++)))
}

/** The segment with those of its words that are wanted; none: nothing. */
function partOf(segment: Utterance, isWanted: (word: Word) => boolean): Utterance[] {
  const words = timedWords(segment)
  const wanted = words.filter(isWanted)
  const [first, last] = [wanted[0], wanted.at(-1)]
  if (!first || !last) return []
  if (wanted.length === words.length) return [segment]
  const text = textOf(wanted, segment)
  const isTimed = segment.words !== undefined
  return [{ start: first.start, end: last.end, text, ...(isTimed ? { words: wanted } : {}) }]
}

/** Words cut from a text have their own spaces; those of an engine have none, and get some where its text had some. */
function textOf(words: readonly Word[], { text, words: heard }: Utterance): string {
  const texts = words.map(word => word.text)
  if (heard === undefined) return texts.join('').trim()
  return texts.map(word => word.trim()).join(/\s/.test(text.trim()) ? ' ' : '')
}

function middle({ start, end }: { readonly start: number; readonly end: number }): number {
  return (start + end) / 2
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{M}\p{N}]/gu, '')
}

function hasLetters(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text)
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
