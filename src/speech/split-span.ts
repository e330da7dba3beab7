import { findSilences, quietestMoment } from '../media/silence.ts'
import type { Span } from './coverage.ts'
import { planChunks } from './split.ts'

const leastSilenceSeconds = 0.2

/** The parts of a span, of at most so many seconds each, cut as `planChunks` cuts a recording; without its overlaps. */
export function splitSpan(levels: Float32Array, span: Span, mostSeconds: number): Span[] {
  const limits = { leastSeconds: mostSeconds / 2, mostSeconds, parallel: 1, memoryMb: 0 }
  const source = {
    durationSeconds: span.end - span.start,
    silences: findSilences(levels, leastSilenceSeconds).map(({ start, end }) => ({
      start: start - span.start,
      end: end - span.start,
    })),
    quietestMoment: (from: number, to: number) =>
      quietestMoment(levels, from + span.start, to + span.start) - span.start,
  }
  return planChunks(source, limits, 1).map(({ start, end }) => ({
    start: span.start + start,
    end: span.start + end,
  }))
}
