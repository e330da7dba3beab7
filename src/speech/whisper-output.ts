import { isJsonObject, type Json, type JsonObject, parseJson } from '../base/json.ts'
import type { Segment, Word } from './transcript.ts'

export interface WhisperText {
  readonly language: string | null
  readonly segments: readonly Omit<Segment, 'id'>[]
}

/**
 * The JSON of whisper.cpp (`-oj`: `transcription`, offsets in milliseconds) and that of OpenAI's Whisper and all that
 * write as it does (`segments`, seconds). null when it is neither, or not whole (whisper.cpp can break it).
 */
export function readWhisperJson(text: string): WhisperText | null {
  const value = parseJson(text)
  if (!isJsonObject(value)) return null
  if (Array.isArray(value['transcription'])) {
    const { result } = value
    const language = isJsonObject(result) ? result['language'] : null
    return { language: word(language), segments: read(value['transcription'], readCppSegment) }
  }
  if (Array.isArray(value['segments'])) {
    return { language: word(value['language']), segments: read(value['segments'], readSegment) }
  }
  return null
}

function read<Part>(parts: readonly Json[], readPart: (part: JsonObject) => Part | null): Part[] {
  return parts.filter(isJsonObject).flatMap(part => readPart(part) ?? [])
}

function word(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function readCppSegment(entry: JsonObject): Omit<Segment, 'id'> | null {
  const { offsets, text } = entry
  if (!isJsonObject(offsets)) return null
  return spokenBetween(Number(offsets['from']) / 1000, Number(offsets['to']) / 1000, text)
}

function readSegment(entry: JsonObject): Omit<Segment, 'id'> | null {
  const segment = spokenBetween(entry['start'], entry['end'], entry['text'])
  const words = Array.isArray(entry['words']) ? read(entry['words'], readWord) : []
  return segment === null || words.length === 0 ? segment : { ...segment, words }
}

function readWord(entry: JsonObject): Word | null {
  const spoken = spokenBetween(entry['start'], entry['end'], entry['word'])
  const p = entry['probability']
  return spoken === null || typeof p !== 'number' ? spoken : { ...spoken, p }
}

function spokenBetween(start: unknown, end: unknown, text: unknown): Word | null {
  if (!Number.isFinite(start) || !Number.isFinite(end) || typeof text !== 'string') return null
  return { start: Number(start), end: Number(end), text: text.trim() }
}

/** `whisper_print_progress_callback: progress =  13%`, on stderr. It can exceed 100. null for any other line. */
export function readWhisperProgress(line: string): number | null {
  const match = /progress =\s*(\d+)%/.exec(line)
  return match === null ? null : Math.min(1, Number(match[1]) / 100)
}

/** `[01:00:01.500 --> 01:00:02.000]  text`, on stdout while it works: seconds heard so far. null for any other line. */
export function readHeardLine(line: string): number | null {
  const match = /^\[[\d:.]+ --> (?:(\d+):)?(\d+):(\d+\.\d+)\]/.exec(line)
  if (match === null) return null
  return Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3])
}
