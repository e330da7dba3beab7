import { splitChoices } from '../model/inputs.ts'
import { transcriptFormats } from '../model/kinds.ts'
import type { Segment, Transcript } from './transcript.ts'

export type FormatName = (typeof transcriptFormats)[number]

/** The formats of a job's checked input: comma-separated, '' for all. */
export function parseFormats(input: string): readonly FormatName[] {
  const names = splitChoices(input)
  return names.length === 0 ? transcriptFormats : transcriptFormats.filter(name => names.includes(name))
}

export function renderTranscript(transcript: Transcript, format: FormatName): string {
  switch (format) {
    case 'txt':
      return renderText(transcript.segments)
    case 'srt':
      return renderSrt(transcript.segments)
    case 'vtt':
      return renderVtt(transcript.segments)
    case 'json':
      return `${JSON.stringify(transcript, null, 2)}\n`
  }
}

/** A pause longer than this begins a new paragraph. */
const paragraphPauseSeconds = 1.5

export function renderText(segments: readonly Segment[]): string {
  let text = ''
  let previousEnd: number | null = null
  for (const { start, end, text: spoken } of segments) {
    if (previousEnd !== null) text += start - previousEnd > paragraphPauseSeconds ? '\n\n' : ' '
    text += spoken
    previousEnd = end
  }
  return text === '' ? '' : `${text}\n`
}

/** SubRip. Nothing said is an empty file, as whisper.cpp has it. */
export function renderSrt(segments: readonly Segment[]): string {
  const cues = segments.map(
    (segment, index) =>
      `${index + 1}\n${cueTimes(segment, ',')}\n${wrapCue(segment.text.replaceAll('-->', '->'))}\n`,
  )
  return cues.join('\n')
}

/** WebVTT (W3C): `&` and `<` are escaped, and so is the arrow, which may not stand in a cue. */
export function renderVtt(segments: readonly Segment[]): string {
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('-->', '--&gt;')
  const cues = segments.map(segment => `${cueTimes(segment, '.')}\n${escaped(wrapCue(segment.text))}\n`)
  return ['WEBVTT\n', ...cues].join('\n')
}

/** A cue that ends when it begins is against WebVTT, and shown by nobody: the shortest lasts a millisecond. */
function cueTimes({ start, end }: Segment, separator: ',' | '.'): string {
  return `${timestamp(start, separator)} --> ${timestamp(Math.max(end, start + 0.001), separator)}`
}

/** HH:MM:SS and milliseconds. Rounded to whole milliseconds before it is split, or 59.9996 s would read 00:00:60. */
function timestamp(seconds: number, separator: ',' | '.'): string {
  const ms = Math.round(seconds * 1000)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return (
    `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}` +
    `${separator}${String(ms % 1000).padStart(3, '0')}`
  )
}

const cueLineLength = 42

/** Lines of at most 42 characters, as subtitles are read; a longer word keeps a line of its own. */
function wrapCue(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > cueLineLength) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
