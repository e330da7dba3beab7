import type { Silence } from '../media/silence.ts'

/** Seconds of a recording. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What is not silence, in order. `silences` are in order. */
export function soundBetween(silences: readonly Silence[], durationSeconds: number): Span[] {
  const edges = [...silences, { start: durationSeconds, end: durationSeconds }]
  return edges.flatMap((silence, index) => {
    const start = edges[index - 1]?.end ?? 0
    return silence.start > start ? [{ start, end: silence.start }] : []
  })
}

/** Seconds of sound within each of `spans`. Both are in order, and neither overlaps itself. */
export function soundWithin(spans: readonly Span[], sound: readonly Span[]): number[] {
  let first = 0
  return spans.map(({ start, end }) => {
    while ((sound[first]?.end ?? Number.POSITIVE_INFINITY) <= start) first += 1
    let seconds = 0
    for (let at = first; at < sound.length; at++) {
      const piece = sound[at]
      if (piece === undefined || piece.start >= end) break
      seconds += Math.max(0, Math.min(end, piece.end) - Math.max(start, piece.start))
    }
    return seconds
  })
}

/** The stretches before, between and after what was heard. */
export function gapsBetween(spoken: readonly Span[], durationSeconds: number): Span[] {
  const gaps: Span[] = []
  let heardUntil = 0
  for (const { start, end } of [...spoken, { start: durationSeconds, end: durationSeconds }]) {
    if (start > heardUntil) gaps.push({ start: heardUntil, end: start })
    heardUntil = Math.max(heardUntil, end)
  }
  return gaps
}

/** A segment that lies wholly in such a silence was not spoken; times may be off by as much. */
const looseTimesSeconds = 0.5

/** `silent`: the segments that lie wholly in one of these silences, and within its edges by half a second. */
export function splitBySound<S extends Span>(
  segments: readonly S[],
  silences: readonly Silence[],
): { readonly audible: readonly S[]; readonly silent: readonly S[] } {
  const isSilent = ({ start, end }: Span) =>
    silences.some(
      silence => silence.start + looseTimesSeconds <= start && end <= silence.end - looseTimesSeconds,
    )
  return {
    audible: segments.filter(segment => !isSilent(segment)),
    silent: segments.filter(isSilent),
  }
}
