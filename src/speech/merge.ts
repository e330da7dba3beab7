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
 * from the right; where both heard the same word at the same time near the cut, the cut is moved to it.
 */
export function mergeChunks(heard: readonly HeardChunk[]): Utterance[] {
  const byIndex = new Map(heard.map(piece => [piece.chunk.index, piece]))
  const pieces = [...byIndex.values()].sort((a, b) => a.chunk.index - b.chunk.index)
  let merged: Utterance[] = []
  for (const { chunk, segments } of pieces) {
    if (chunk.heardFrom < chunk.start && merged.length > 0) merged = stitch(merged, segments, chunk)
    else merged.push(...segments)
  }
  return merged
}

/** The segments with those within a span replaced by `others`, which are in the time of the recording too. */
export function replaceWithin(
  segments: readonly Utterance[],
  { start, end }: { readonly start: number; readonly end: number },
  others: readonly Utterance[],
): Utterance[] {
  const before = keep(segments, piece => middle(piece) < start)
  const after = keep(segments, piece => middle(piece) >= end)
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

function stitch(left: readonly Utterance[], right: readonly Utterance[], chunk: Chunk): Utterance[] {
  const reach = chunk.start - chunk.heardFrom
  const from = chunk.start - reach
  const to = chunk.start + reach
  const nearLeft = left.flatMap(piecesOf).filter(piece => piece.end >= from)
  const nearRight = right.flatMap(piecesOf).filter(piece => piece.start <= to)
  const anchor = findAnchor(nearLeft, nearRight, chunk.start)
  const keptLeft = keep(left, piece =>
    anchor ? middle(piece) <= middle(anchor.left) : middle(piece) < chunk.start,
  )
  const keptRight = keep(right, piece =>
    anchor ? middle(piece) > middle(anchor.right) : middle(piece) >= chunk.start,
  )
  return [...keptLeft, ...withoutEcho(keptLeft, keptRight, from, to)]
}

/** The words of a segment, or, of one whose words have no times, the segment as a whole. */
function piecesOf(segment: Utterance): readonly Word[] {
  return segment.words ?? [segment]
}

/** Two engines' clocks, or one's in two runs, differ by less for the same word. */
const sameMomentSeconds = 0.15

/** A word that both sides heard at the same moment, the one nearest to the cut. */
function findAnchor(left: readonly Word[], right: readonly Word[], cut: number) {
  const pairs = left.flatMap(leftWord =>
    right
      .filter(
        rightWord =>
          plain(leftWord.text) === plain(rightWord.text) &&
          Math.abs(middle(leftWord) - middle(rightWord)) < sameMomentSeconds,
      )
      .map(rightWord => ({ left: leftWord, right: rightWord })),
  )
  const distance = (pair: { readonly left: Word }) => Math.abs(middle(pair.left) - cut)
  return pairs.sort((a, b) => distance(a) - distance(b))[0] ?? null
}

/** The segments with those of their pieces that are wanted. */
function keep(segments: readonly Utterance[], isWanted: (piece: Word) => boolean): Utterance[] {
  return segments.flatMap(segment => {
    const wanted = piecesOf(segment).filter(isWanted)
    if (wanted.length === 0) return []
    if (segment.words === undefined || wanted.length === segment.words.length) return [segment]
    const text = wanted.map(word => word.text.trim()).join(' ')
    const [first, last] = [wanted[0], wanted.at(-1)]
    return [{ start: first?.start ?? segment.start, end: last?.end ?? segment.end, text, words: wanted }]
  })
}

/** Segments without word times reach over the cut on both sides: what the right one repeats of the left is left out. */
function withoutEcho(
  left: readonly Utterance[],
  right: readonly Utterance[],
  from: number,
  to: number,
): readonly Utterance[] {
  const last = left.at(-1)
  const [first, ...rest] = right
  if (!last || !first || first.words || last.words || last.end < from || first.start > to) return right
  const said = last.text.trim().split(/\s+/)
  const next = first.text.trim().split(/\s+/)
  const same = (count: number) =>
    said.slice(-count).every((word, index) => plain(word) === plain(next[index] ?? ''))
  const counts = Array.from({ length: Math.min(said.length, next.length) }, (_, index) => index + 1)
  const echoed = counts.findLast(same) ?? 0
  const text = next.slice(echoed).join(' ')
  return text === '' ? rest : [{ ...first, start: Math.max(first.start, last.end), text }, ...rest]
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
