import type { Span } from '../media/encode.ts'
import { findSilences, quietestMoment } from '../media/silence.ts'

const leastSilenceSeconds = 0.2

/**
 * Parts of at most so many seconds, each cut in the middle of a silence of its second half, or where that is quietest. A
 * second more of silence is worth a tenth of the length.
 */
export function splitSpan(levels: Float32Array, span: Span, mostSeconds: number): Span[] {
  const silences = findSilences(levels, leastSilenceSeconds).map(({ start, end }) => ({
    middle: (start + end) / 2,
    seconds: end - start,
  }))
  const parts: Span[] = []
  let { start } = span
  while (span.end - start > mostSeconds) {
    const from = start + mostSeconds / 2
    const to = start + mostSeconds
    const worth = ({ middle, seconds }: (typeof silences)[number]) => middle + (seconds * mostSeconds) / 10
    const [best] = silences
      .filter(({ middle }) => middle >= from && middle <= to)
      .sort((a, b) => worth(b) - worth(a))
    const end = best?.middle ?? quietestMoment(levels, from, to)
    parts.push({ start, end })
    start = end
  }
  return [...parts, { start, end: span.end }]
}
