import { open } from 'node:fs/promises'
import { RelayError } from '../base/errors.ts'
import type { Silence } from '../media/silence.ts'
import type { Finding } from '../model/finding.ts'
import type { SpeechAudio, SpeechBackend, SpeechRequest, SpeechWatch } from './backend.ts'
import { type Span, soundBetween, soundWithin } from './coverage.ts'
import { hearChunk } from './hear.ts'
import { inRecordingTime, replaceWithin } from './merge.ts'
import type { Chunk } from './split.ts'
import { type Heard, verifyTranscript } from './verify.ts'

/** An engine, and how it is asked. */
export interface Listener {
  readonly engine: SpeechBackend
  readonly request: SpeechRequest
}

export interface SecondWatch extends SpeechWatch {
  /** Called before anything is heard again, and not where nothing is. */
  readonly onDoubts?: (spans: readonly Span[]) => void
}

/**
 * Hears each doubtful span once more, by the first of `listeners` that makes it better; where none does, the first
 * hearing stays. What both found empty is no longer a doubt, only news, unless it is much of the recording.
 */
export async function hearDoubtsAgain(
  audio: SpeechAudio,
  heard: Heard,
  listeners: readonly Listener[],
  watch: SecondWatch,
): Promise<{ readonly segments: Heard['segments']; readonly findings: readonly Finding[] }> {
  const findings = verifyTranscript(heard)
  const spans = listeners.length === 0 ? [] : doubtfulSpans(findings, heard)
  if (spans.length === 0) return { segments: heard.segments, findings }
  watch.onDoubts?.(spans)
  let best = heard
  const inVain: Span[] = []
  for (const [index, span] of spans.entries()) {
    const better = await hearSpanAgain(audio, best, { span, index }, listeners, watch)
    if (better === null) inVain.push(span)
    else best = better
  }
  return { segments: best.segments, findings: settle(verifyTranscript(best), inVain, best) }
}

async function hearSpanAgain(
  audio: SpeechAudio,
  heard: Heard,
  { span, index }: { readonly span: Span; readonly index: number },
  listeners: readonly Listener[],
  watch: SpeechWatch,
): Promise<Heard | null> {
  const chunk: Chunk = { ...span, index, heardFrom: span.start, heardTo: span.end, padding: 0.3 }
  const before = doubtfulSeconds(heard, span)
  for (const listener of listeners) {
    const again = await listen(audio, chunk, listener, watch)
    // Nothing is no better hearing, though a short stretch without words is no doubt.
    if (!again.some(({ text }) => text.trim() !== '')) continue
    const others = inRecordingTime(again, chunk)
    const candidate = { ...heard, segments: replaceWithin(heard.segments, span, others) }
    if (doubtfulSeconds(candidate, span) < before) return candidate
  }
  return null
}

/** A second hearing may fail: the first one is there. */
async function listen(
  audio: SpeechAudio,
  chunk: Chunk,
  { engine, request }: Listener,
  watch: SpeechWatch,
): Promise<Heard['segments']> {
  const source = await open(audio.path)
  try {
    const { segments } = await hearChunk(source, chunk, engine, request, { ...watch, onProgress: () => {} })
    return segments
  } catch (thrown) {
    watch.signal.throwIfAborted()
    if (thrown instanceof RelayError) return []
    throw thrown
  } finally {
    await source.close()
  }
}

const mendable: readonly Finding['kind'][] = ['unheard', 'loop', 'pace']
/** A recording of music would be heard twice from end to end. */
const longestSpanSeconds = 300
const budget = { seconds: 600, share: 0.2 }

/** The spans worth a second hearing, from silence to silence, in order and apart; the short ones first where they are many. */
export function doubtfulSpans(findings: readonly Finding[], heard: Heard): Span[] {
  const doubts = findings.filter(({ kind, severity }) => severity === 'doubt' && mendable.includes(kind))
  const spans: Span[] = []
  for (const span of doubts.map(doubt => widen(doubt, heard))) {
    const last = spans.at(-1)
    if (last === undefined || span.start > last.end) spans.push(span)
    else spans[spans.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
  }
  let left = Math.max(budget.seconds, heard.durationSeconds * budget.share)
  const chosen = spans
    .toSorted((a, b) => lengthOf(a) - lengthOf(b))
    .filter(span => {
      left -= lengthOf(span)
      return left >= 0 && lengthOf(span) <= longestSpanSeconds
    })
  return chosen.sort((a, b) => a.start - b.start)
}

const reachSeconds = 10

/**
 * To the ends of the segments it touches, and on to the middle of the next silence if one is near. A silence within a
 * segment whose words have no times is passed over: such a segment cannot be cut there.
 */
function widen(span: Span, { segments, silences, durationSeconds }: Heard): Span {
  const touched = segments.filter(({ start, end }) => start < span.end && end > span.start)
  const start = Math.min(span.start, ...touched.map(segment => segment.start))
  const end = Math.max(span.end, ...touched.map(segment => segment.end))
  const middleOf = (silence: Silence) => (silence.start + silence.end) / 2
  const isUncut = (at: number) =>
    segments.every(segment => segment.words !== undefined || at <= segment.start || at >= segment.end)
  const isFit = (silence: Silence, edge: number) =>
    Math.abs(middleOf(silence) - edge) <= reachSeconds && isUncut(middleOf(silence))
  const before = silences.findLast(silence => middleOf(silence) <= start && isFit(silence, start))
  const after = silences.find(silence => middleOf(silence) >= end && isFit(silence, end))
  return {
    start: before ? middleOf(before) : Math.max(0, start),
    end: after ? middleOf(after) : Math.min(durationSeconds, end),
  }
}

function doubtfulSeconds(heard: Heard, span: Span): number {
  return verifyTranscript(nearTo(span, heard))
    .filter(({ severity, kind }) => severity === 'doubt' && mendable.includes(kind))
    .reduce((sum, { start, end }) => sum + overlap({ start, end }, span), 0)
}

/**
 * As if there were silence up to the minute before the span, and nothing after the minute that follows it: of a day of
 * talk the words would be counted anew for each hearing. Whole minutes of the recording, as the pace is measured in them.
 */
function nearTo({ start, end }: Span, heard: Heard): Heard {
  const from = Math.max(0, Math.floor(start / 60) - 1) * 60
  const to = Math.min(heard.durationSeconds, (Math.ceil(end / 60) + 1) * 60)
  const isNear = (span: Span) => span.end > from && span.start < to
  return {
    ...heard,
    durationSeconds: to,
    silences: [{ start: 0, end: from }, ...heard.silences.filter(isNear)],
    segments: heard.segments.filter(isNear),
  }
}

/** More sound than this without a word, of all there is, is a doubt however often it was heard. */
const tolerableShare = 0.25

function settle(findings: readonly Finding[], inVain: readonly Span[], heard: Heard): Finding[] {
  const sound = soundBetween(heard.silences, heard.durationSeconds)
  const [all = 0] = soundWithin([{ start: 0, end: heard.durationSeconds }], sound)
  const empty = findings.filter(({ kind }) => kind === 'unheard')
  const unheard = soundWithin(empty, sound).reduce((sum, seconds) => sum + seconds, 0)
  if (unheard > all * tolerableShare) return [...findings]
  const wasHeardTwice = (finding: Finding) =>
    finding.kind === 'unheard' && inVain.some(span => overlap(finding, span) >= lengthOf(finding) - 1)
  return findings.map(finding => (wasHeardTwice(finding) ? { ...finding, severity: 'note' } : finding))
}

function overlap(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start))
}

function lengthOf({ start, end }: Span): number {
  return end - start
}
