import type { Chunk } from './split.ts'
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
  const byIndex = new Map(heard.map(piece => [piece.chunk.index, piece]))
  const pieces = [...byIndex.values()].sort((a, b) => a.chunk.index - b.chunk.index)
  const merged: Utterance[] = []
  for (const { chunk, segments } of pieces) {
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
    return segment.start >= start ? [] : partOf(segment, piece => middle(piece) < start)
  })
  const after = segments.flatMap(segment => {
    if (segment.start >= end) return segment
    return segment.end <= end ? [] : partOf(segment, piece => middle(piece) >= end)
  })
  return [...before, ...others, ...after]
}

/** What an engine heard in a chunk, from the time of what it was given to the time of the recording. */
export function inRecordingTime(
  segments: readonly Utterance[],
  { heardFrom, heardTo, padding }: Chunk,
): Utterance[] {
  const moved = <Piece extends { readonly start: number; readonly end: number }>(piece: Piece): Piece => ({
    ...piece,
    start: clamp(piece.start - padding + heardFrom, heardFrom, heardTo),
    end: clamp(piece.end - padding + heardFrom, heardFrom, heardTo),
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
  const seam = findSeam(piecesWithin(left, from, to), piecesWithin(near, from, to), cut)
  return [
    ...left.flatMap(segment =>
      partOf(segment, piece => (seam ? middle(piece) <= middle(seam.left) : middle(piece) < cut)),
    ),
    ...near.flatMap(segment =>
      partOf(segment, piece => (seam ? middle(piece) > middle(seam.right) : middle(piece) >= cut)),
    ),
    ...(first < 0 ? [] : right.slice(first)),
  ]
}

/** A word, and by how many seconds its time may be off. */
interface Piece extends Word {
  readonly looseness: number
}

/** Two engines' clocks, or one's in two runs, differ by less for the same word; a guessed time is off by more. */
const looseness = { heard: 0.15, guessed: 1.5 }

function piecesWithin(segments: readonly Utterance[], from: number, to: number): Piece[] {
  return segments.flatMap(segment => {
    const loose = segment.words === undefined ? looseness.guessed : 0
    return piecesOf(segment)
      .filter(({ start, end }) => end >= from - loose && start <= to + loose)
      .map(piece => ({ ...piece, looseness: loose || looseness.heard }))
  })
}

/** A word that both sides heard at about the same moment: of the longest run of such words the one nearest to the cut. */
function findSeam(left: readonly Piece[], right: readonly Piece[], cut: number) {
  const isSame = (a: Piece | undefined, b: Piece | undefined) =>
    a !== undefined &&
    b !== undefined &&
    plain(a.text) === plain(b.text) &&
    Math.abs(middle(a) - middle(b)) < Math.max(a.looseness, b.looseness)
  const runLength = (at: number, other: number) => {
    let [before, after] = [0, 0]
    while (isSame(left[at - before - 1], right[other - before - 1])) before += 1
    while (isSame(left[at + after + 1], right[other + after + 1])) after += 1
    return before + 1 + after
  }
  const seams = left.flatMap((leftPiece, at) =>
    right.flatMap((rightPiece, other) =>
      isSame(leftPiece, rightPiece)
        ? { left: leftPiece, right: rightPiece, length: runLength(at, other) }
        : [],
    ),
  )
  const distance = ({ left: piece }: { readonly left: Piece }) => Math.abs(middle(piece) - cut)
  return seams.sort((a, b) => b.length - a.length || distance(a) - distance(b))[0] ?? null
}

/** The words of a segment; of one whose words have no times, each is given the time of its share of the letters. */
function piecesOf({ start, end, text, words }: Utterance): readonly Word[] {
  if (words !== undefined) return words
  const each = (end - start) / Math.max(1, text.length)
  let at = 0
  return wordsWithin(text).map(word => {
    const from = at
    at += word.length
    return { start: start + from * each, end: start + at * each, text: word }
  })
}

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/** Together they are the text: what is between two words goes with the first. Also where there are no spaces, as in Japanese. */
function wordsWithin(text: string): string[] {
  const words: string[] = []
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (isWordLike || words.length === 0) words.push(segment)
    else words.push(`${words.pop()}${segment}`)
  }
  return words
}

/** The segment with those of its words that are wanted; none: nothing. */
function partOf(segment: Utterance, isWanted: (piece: Word) => boolean): Utterance[] {
  const pieces = piecesOf(segment)
  const wanted = pieces.filter(isWanted)
  const [first, last] = [wanted[0], wanted.at(-1)]
  if (!first || !last) return []
  if (wanted.length === pieces.length) return [segment]
  const { start } = first
  const { end } = last
  if (segment.words === undefined) {
    return [
      {
        start,
        end,
        text: wanted
          .map(word => word.text)
          .join('')
          .trim(),
      },
    ]
  }
  return [{ start, end, text: wanted.map(word => word.text.trim()).join(' '), words: wanted }]
}

function middle({ start, end }: { readonly start: number; readonly end: number }): number {
  return (start + end) / 2
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}']/gu, '')
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
