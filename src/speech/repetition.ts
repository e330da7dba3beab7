import { deflateSync } from 'node:zlib'
import type { SpokenWords } from './spoken-words.ts'
import type { Word } from './transcript.ts'

/** A stretch in which an engine repeats itself, in seconds, and what it repeats. */
export interface Repetition {
  readonly start: number
  readonly end: number
  readonly phrase: string
}

/** Phrases of up to so many words: an engine in a loop repeats a sentence at most. */
const longestPhrase = 12
/** People say a thing three times. */
const leastTimes = 4
const leastWords = 8
/** Whisper's own mark of a loop: text that zlib makes smaller than by this factor (2.4 in openai/whisper). */
const suspiciousRatio = 2.4
/** For texts of some hundred bytes; zlib's own sizes take a quarter of a megabyte for each. */
const smallDeflate = { windowBits: 10, memLevel: 2, chunkSize: 1024 }
/** As many words as a window of half a minute holds; more compress better without being a loop. */
const windowWords = 60

/** Where words repeat: a phrase again and again, or a window of text that is too easy to compress. In order, apart. */
export function findRepetitions(words: SpokenWords): Repetition[] {
  const phrases = repeatedPhrases(words)
  const isExplained = (window: Repetition) =>
    phrases.some(({ start, end }) => start < window.end && end > window.start)
  const found = [...phrases, ...compressibleWindows(words).filter(window => !isExplained(window))]
  const apart: Repetition[] = []
  for (const repetition of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = apart.at(-1)
    if (last === undefined || repetition.start > last.end) apart.push(repetition)
    else apart[apart.length - 1] = { ...last, end: Math.max(last.end, repetition.end) }
  }
  return apart
}

function repeatedPhrases(words: SpokenWords): Repetition[] {
  const numbers = numberWords(words)
  const found: Repetition[] = []
  for (let at = 0; at < numbers.length; ) {
    const repeated = repeatedAt(numbers, at)
    if (repeated === null) {
      at += 1
      continue
    }
    found.push(repetitionOf(words.slice(at, at + repeated.count), repeated.phrase))
    at += repeated.count
  }
  return found
}

/** The same number for the same word, however it is written: of a day of talk the words themselves would take many MB. */
function numberWords(words: SpokenWords): Int32Array {
  const numbers = new Int32Array(words.length)
  const known = new Map<string, number>()
  let at = 0
  for (const { text } of words) {
    const plain = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
    const number = known.get(plain) ?? known.size
    known.set(plain, number)
    numbers[at] = number
    at += 1
  }
  return numbers
}

/** How many words from `at` on are one phrase again and again; null: it is not said often enough. */
function repeatedAt(numbers: Int32Array, at: number): { count: number; phrase: number } | null {
  for (let phrase = 1; phrase <= longestPhrase; phrase++) {
    let count = phrase
    while (at + count < numbers.length && numbers[at + count] === numbers[at + count - phrase]) count += 1
    const times = Math.floor(count / phrase)
    if (times >= leastTimes && times * phrase >= leastWords) return { count: times * phrase, phrase }
  }
  return null
}

function compressibleWindows(words: SpokenWords): Repetition[] {
  const found: Repetition[] = []
  for (let at = 0; at + windowWords <= words.length; at += windowWords / 2) {
    const window = words.slice(at, at + windowWords)
    // Text of mostly different words is never so easy to compress, and most text is that.
    if (new Set(window.map(word => word.text)).size > windowWords / 2) continue
    const text = Buffer.from(window.map(word => word.text).join(' '))
    const packed = deflateSync(text, smallDeflate)
    if (text.length / packed.length > suspiciousRatio) found.push(repetitionOf(window, longestPhrase))
  }
  return found
}

function repetitionOf(words: readonly Word[], phraseWords: number): Repetition {
  const phrase = words.slice(0, phraseWords).map(({ text }) => text.trim())
  return { start: words[0]?.start ?? 0, end: words.at(-1)?.end ?? 0, phrase: phrase.join(' ') }
}
