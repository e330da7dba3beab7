import type { Finding } from '../model/finding.ts'

/** What an engine heard. Every output format is a pure function of this. Times are seconds from the start, to the ms. */
export interface Transcript {
  readonly schema: 'relayq.transcript/1'
  readonly source: { readonly url: string; readonly sha256: string; readonly durationSec: number }
  readonly engine: {
    readonly backend: string
    readonly version: string | null
    readonly model: string | null
  }
  /** ISO 639-1, or `und` where the engine does not say. */
  readonly language: string
  readonly text: string
  readonly timing: Timing
  readonly segments: readonly Segment[]
  readonly warnings: readonly string[]
  /** Where it may be wrong; each stands in `warnings` too. */
  readonly doubts: readonly Finding[]
  /** What the engine wrote though nothing is to be heard there; it is not in `segments`. */
  readonly dropped: readonly Omit<Segment, 'id'>[]
  readonly usage: { readonly audioSec: number; readonly wallSec: number }
  readonly createdAt: string
}

/** The finest times there are. `chunk`: the engine gave text alone, and its sentences are spread over what it was given. */
export type Timing = 'word' | 'segment' | 'chunk'

export interface Segment {
  readonly id: number
  readonly start: number
  readonly end: number
  readonly text: string
  readonly words?: readonly Word[]
}

export interface Word {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Confidence, 0 to 1, in the engine's own sense. */
  readonly p?: number
}

/** No single space is one: to put a space in its place would make each text of a day of talk anew, some 25 MB. */
const untidySpace = /\s{2,}|[^\S ]/g

/** Numbers the segments, drops empty ones, and keeps times within the recording, in order, to the millisecond. */
export function tidySegments(segments: readonly Omit<Segment, 'id'>[], durationSec: number): Segment[] {
  let previousEnd = 0
  const tidy: Segment[] = []
  for (const segment of segments) {
    const text = segment.text.replaceAll(untidySpace, ' ').trim()
    if (text === '') continue
    const start = roundMs(clamp(segment.start, previousEnd, durationSec))
    const end = roundMs(clamp(segment.end, start, durationSec))
    tidy.push({ ...segment, id: tidy.length, start, end, text })
    previousEnd = end
  }
  return tidy
}

export function roundMs(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(Math.max(low, high), value))
}
