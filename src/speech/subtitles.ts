import type { WhisperText } from './whisper-output.ts'

/** `00:00:01,500 --> 00:00:02,000` of SubRip; WebVTT has a point, may leave the hours out, and puts settings after it. */
const cue =
  /^[ \t]*(?:(\d+):)?(\d\d):(\d\d)[,.](\d{3})[ \t]+-->[ \t]+(?:(\d+):)?(\d\d):(\d\d)[,.](\d{3})[^\n]*\n([\s\S]*?)(?:\n[ \t]*\n|(?![\s\S]))/gm

/** SubRip or WebVTT as speech engines write them. null when it holds no cue and does not begin as WebVTT does. */
export function readSubtitles(text: string): WhisperText | null {
  const whole = text.replaceAll('\r', '').replace(/^\uFEFF/, '')
  const segments = [...whole.matchAll(cue)].map(match => ({
    start: seconds(match.slice(1, 5)),
    end: seconds(match.slice(5, 9)),
    text: spoken(match[9] ?? ''),
  }))
  return segments.length === 0 && !whole.startsWith('WEBVTT') ? null : { language: null, segments }
}

/** The lines of a cue as one, without the marks of WebVTT (`<v Ann>`, `<00:01.000>`, `<c>`). */
function spoken(payload: string): string {
  const lines = payload.replaceAll(/<[^<>\n]{0,200}>/g, '').split('\n')
  return lines
    .map(line => line.trim())
    .join(' ')
    .trim()
}

function seconds(parts: readonly (string | undefined)[]): number {
  const [hours = 0, minutes = 0, whole = 0, ms = 0] = parts.map(part => Number(part ?? 0))
  return hours * 3600 + minutes * 60 + whole + ms / 1000
}
