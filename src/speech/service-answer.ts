import { isJsonObject, type Json, type JsonObject, parseJson } from '../base/json.ts'
import type { Segment, Word } from './transcript.ts'

/** What a transcription service answered, in our words. Times are seconds from the start of what was sent. */
export interface HeardText {
  readonly text: string
  /** ISO 639-1; null: it does not say. */
  readonly language: string | null
  /** null: text alone, without times. */
  readonly segments: readonly Omit<Segment, 'id'>[] | null
  /** Null where the service does not say. */
  readonly usage: { readonly seconds: number | null; readonly usd: number | null }
}

/**
 * Reads `json` and `verbose_json` of OpenAI's transcription API, as OpenRouter, whisper-server and others speak it too.
 * null: it is not such an answer, or was cut off.
 */
export function readHeardText(body: string): HeardText | null {
  const answer = parseJson(body)
  if (!isJsonObject(answer) || typeof answer['text'] !== 'string') return null
  const usage = isJsonObject(answer['usage']) ? answer['usage'] : {}
  return {
    text: answer['text'].trim(),
    language: readLanguage(answer),
    segments: Array.isArray(answer['segments'])
      ? withWords(answer['segments'].flatMap(readSegment), readWords(answer['words']))
      : null,
    usage: { seconds: amount(usage['seconds']), usd: amount(usage['cost']) },
  }
}

/** verbose_json says `language: "english"`, gpt-transcribe `languages: [{code: "en"}]`. */
function readLanguage(answer: JsonObject): string | null {
  const [first] = Array.isArray(answer['languages']) ? answer['languages'] : []
  const said = isJsonObject(first) ? first['code'] : answer['language']
  if (typeof said !== 'string') return null
  const word = said.toLowerCase()
  return /^[a-z]{2}(?:-|$)/.test(word) ? word.slice(0, 2) : codeOfName(word)
}

/** The ISO 639-1 code of a language's English name, as Unicode's tables name it. */
function codeOfName(name: string): string | null {
  const names = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index))
  const codes = letters.flatMap(first => letters.map(second => first + second))
  return codes.find(code => names.of(code)?.toLowerCase() === name) ?? null
}

function readSegment(value: Json): Omit<Segment, 'id'>[] {
  const [timed] = readTimed(value, 'text')
  if (timed === undefined || !isJsonObject(value)) return []
  const words = readWords(value['words'])
  return [{ ...timed, ...(words.length > 0 ? { words } : {}) }]
}

function readWords(value: Json | undefined): Word[] {
  return Array.isArray(value) ? value.flatMap(word => readTimed(word, 'word')) : []
}

function readTimed(value: Json, member: string): { start: number; end: number; text: string }[] {
  if (!isJsonObject(value)) return []
  const [start, end, text] = [amount(value['start']), amount(value['end']), value[member]]
  if (start === null || end === null || typeof text !== 'string') return []
  return [{ start, end: Math.max(start, end), text: text.trim() }]
}

/** OpenAI lists all words beside the segments: each goes to the last segment that began before its middle. */
function withWords(
  segments: readonly Omit<Segment, 'id'>[],
  words: readonly Word[],
): readonly Omit<Segment, 'id'>[] {
  if (words.length === 0) return segments
  const placed = segments.map(segment => ({ ...segment, words: [] as Word[] }))
  let at = 0
  for (const word of words) {
    const middle = (word.start + word.end) / 2
    while (at + 1 < placed.length && (placed[at + 1]?.start ?? 0) <= middle) at++
    placed[at]?.words.push(word)
  }
  return placed
}

function amount(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}
