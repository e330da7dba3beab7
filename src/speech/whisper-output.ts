import { isJsonObject, parseJson } from '../base/json.ts'
import type { Segment } from './transcript.ts'

export interface WhisperText {
  readonly language: string | null
  readonly segments: readonly Omit<Segment, 'id'>[]
}

/** `-oj`: offsets in milliseconds, text with a leading space. null when it is not whole JSON (whisper.cpp can break it). */
export function readWhisperJson(text: string): WhisperText | null {
  const value = parseJson(text)
  if (!isJsonObject(value) || !Array.isArray(value['transcription'])) return null
  const result = value['result']
  const language = isJsonObject(result) && typeof result['language'] === 'string' ? result['language'] : null
  const segments = value['transcription'].filter(isJsonObject).flatMap(entry => {
    const offsets = entry['offsets']
    if (!isJsonObject(offsets) || typeof entry['text'] !== 'string') return []
    const start = Number(offsets['from']) / 1000
    const end = Number(offsets['to']) / 1000
    return Number.isFinite(start) && Number.isFinite(end) ? [{ start, end, text: entry['text'].trim() }] : []
  })
  return { language, segments }
}

/** SubRip as whisper.cpp writes it, the way out when its JSON is broken. null when it holds no cue. */
export function readSrt(text: string): WhisperText | null {
  const cue = /(\d+):(\d\d):(\d\d),(\d{3}) --> (\d+):(\d\d):(\d\d),(\d{3})[^\n]*\n([\s\S]*?)(?:\n\s*\n|$)/g
  const segments = [...text.replaceAll('\r', '').matchAll(cue)].map(match => ({
    start: seconds(match.slice(1, 5)),
    end: seconds(match.slice(5, 9)),
    text: (match[9] ?? '').replaceAll('\n', ' ').trim(),
  }))
  return segments.length === 0 ? null : { language: null, segments }
}

function seconds(parts: readonly string[]): number {
  const [hours = 0, minutes = 0, whole = 0, ms = 0] = parts.map(Number)
  return hours * 3600 + minutes * 60 + whole + ms / 1000
}

/** `whisper_print_progress_callback: progress =  13%`, on stderr. It can exceed 100. null for any other line. */
export function readWhisperProgress(line: string): number | null {
  const match = /progress =\s*(\d+)%/.exec(line)
  return match === null ? null : Math.min(1, Number(match[1]) / 100)
}
