import { lossWarnings } from '../media/normalise.ts'
import type { Silence } from '../media/silence.ts'
import type { Finding, FindingKind } from '../model/finding.ts'
import { gapsBetween, type Span, soundBetween, soundWithin } from './coverage.ts'
import { findRepetitions } from './repetition.ts'
import { isInScriptOf } from './script.ts'
import { type SpokenWords, wordsOf } from './spoken-words.ts'
import type { Segment } from './transcript.ts'

/** What is known of a recording, and what was heard in it. */
export interface Heard {
  /** Of what could be decoded. */
  readonly durationSeconds: number
  /** As the file says; null: it does not. */
  readonly claimedSeconds: number | null
  /** In order. */
  readonly silences: readonly Silence[]
  readonly segments: readonly Omit<Segment, 'id'>[]
  readonly language: string
  /** As the job asked; null: it left that open. */
  readonly askedLanguage: string | null
}

/** Where a transcript may be wrong, in order of time. Pure; what it says is about structure, never about a certain word. */
export function verifyTranscript(heard: Heard): Finding[] {
  const sound = soundBetween(heard.silences, heard.durationSeconds)
  const words = wordsOf(heard.segments)
  const found = [
    ...cutOff(heard),
    ...wrongLanguage(heard, words),
    ...unheard(heard, sound),
    ...findRepetitions(words).map(loop),
    ...oddPace(heard, words, sound),
  ]
  return found.sort((a, b) => a.start - b.start)
}

function cutOff({ claimedSeconds, durationSeconds }: Heard): Finding[] {
  const end = claimedSeconds ?? durationSeconds
  return lossWarnings(claimedSeconds, durationSeconds).map(message => {
    return { kind: 'cut_off', start: durationSeconds, end, message, severity: 'doubt' }
  })
}

/** Music between two parts of a talk takes this long; longer, and somebody may have spoken. */
const doubtfulSilenceSeconds = 20
const noticedSilenceSeconds = 8

function unheard({ segments, durationSeconds }: Heard, sound: readonly Span[]): Finding[] {
  const gaps = gapsBetween(segments, durationSeconds)
  const seconds = soundWithin(gaps, sound)
  return gaps.flatMap((gap, index) => {
    const unheardSeconds = seconds[index] ?? 0
    if (unheardSeconds < noticedSilenceSeconds) return []
    const severity = unheardSeconds < doubtfulSilenceSeconds ? 'note' : 'doubt'
    return [
      finding('unheard', gap, severity, `there are ${unheardSeconds.toFixed(0)} s of sound without a word`),
    ]
  })
}

function loop({ phrase, ...span }: Span & { readonly phrase: string }): Finding {
  return finding(
    'loop',
    span,
    'doubt',
    `the same words come again and again, as when an engine is stuck: "${phrase.slice(0, 60)}"`,
  )
}

const windowSeconds = 60
/** Nobody keeps this up for a minute; the fastest auctioneers aside. */
const mostWordsPerMinute = 300
const fewestWordsPerMinute = 30
/** In a window: less sound than this is no measure. */
const measurableSeconds = { fast: 20, slow: 40 }

function oddPace(heard: Heard, words: SpokenWords, sound: readonly Span[]): Finding[] {
  if (!hasSpaces(words)) return []
  const windows = Array.from({ length: Math.ceil(heard.durationSeconds / windowSeconds) }, (_, index) => ({
    start: index * windowSeconds,
    end: Math.min((index + 1) * windowSeconds, heard.durationSeconds),
  }))
  const seconds = soundWithin(windows, sound)
  const counts = countPerWindow(words, windows.length)
  return windows.flatMap((window, index) => {
    const soundSeconds = seconds[index] ?? 0
    const count = counts[index] ?? 0
    const pace = (count * 60) / soundSeconds
    const isFast = soundSeconds >= measurableSeconds.fast && pace > mostWordsPerMinute
    // A window without any word is unheard, and is said so.
    const isSlow = soundSeconds >= measurableSeconds.slow && pace < fewestWordsPerMinute && count > 0
    if (!isFast && !isSlow) return []
    const message = `there are ${count} words in ${soundSeconds.toFixed(0)} s of sound`
    return [finding('pace', window, isFast ? 'doubt' : 'note', message)]
  })
}

function countPerWindow(words: SpokenWords, windows: number): number[] {
  const counts = new Array<number>(windows).fill(0)
  for (const { start, end } of words) {
    const window = Math.min(windows - 1, Math.floor((start + end) / 2 / windowSeconds))
    counts[window] = (counts[window] ?? 0) + 1
  }
  return counts
}

/** Chinese, Japanese and Thai are written without spaces: their "words" cannot be counted. */
function hasSpaces(words: SpokenWords): boolean {
  let letters = 0
  for (const { text } of words) letters += text.length
  return letters <= words.length * 15
}

function wrongLanguage({ askedLanguage, language, durationSeconds }: Heard, words: SpokenWords): Finding[] {
  if (askedLanguage === null) return []
  const whole = { start: 0, end: durationSeconds }
  if (language !== askedLanguage) {
    return [finding('language', whole, 'doubt', `"${language}" was heard, "${askedLanguage}" was asked for`)]
  }
  if (isInScriptOf(askedLanguage, words)) return []
  return [finding('language', whole, 'doubt', `the text is not in the script of "${askedLanguage}"`)]
}

/** A finding about a place, whose message names it. */
export function finding(kind: FindingKind, span: Span, severity: Finding['severity'], what: string): Finding {
  const { start, end } = { start: Math.round(span.start * 10) / 10, end: Math.round(span.end * 10) / 10 }
  return { kind, start, end, message: `From ${clock(start)} to ${clock(end)} ${what}.`, severity }
}

/** h:mm:ss */
function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${Math.floor(whole / 3600)}:${two((whole / 60) % 60)}:${two(whole % 60)}`
}
