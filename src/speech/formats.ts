import { splitChoices } from '../model/inputs.ts'
import { type TranscriptFormat, transcriptFormats } from '../model/kinds.ts'
import type { Segment, Transcript } from './transcript.ts'

/** The formats of a job's checked input: comma-separated, '' for all. */
export function parseFormats(input: string): readonly TranscriptFormat[] {
  const names = splitChoices(input)
  return names.length === 0 ? transcriptFormats : transcriptFormats.filter(name => names.includes(name))
}

export function renderTranscript(transcript: Transcript, format: TranscriptFormat): string {
  switch (format) {
    case 'txt':
      return renderText(transcript.segments)
    case 'srt':
      return renderSrt(transcript.segments)
    case 'vtt':
      return renderVtt(transcript.segments)
    case 'json':
      return `${JSON.stringify(transcript, null, 2)}\n`
    case 'md':
      return renderMarkdown(transcript)
    case 'podcast':
      return renderPodcast(transcript.segments)
  }
}

/** The name of a format's file beside result.json. */
export function transcriptFile(format: TranscriptFormat): string {
  return format === 'podcast' ? 'transcript.podcast.json' : `transcript.${format}`
}

/** A pause longer than this begins a new paragraph. */
const paragraphPauseSeconds = 1.5

interface Paragraph {
  readonly start: number
  readonly text: string
}

function paragraphsOf(segments: readonly Segment[]): readonly Paragraph[] {
  const paragraphs: { start: number; text: string }[] = []
  let previousEnd = Number.NEGATIVE_INFINITY
  for (const { start, end, text } of segments) {
    const last = paragraphs.at(-1)
    if (last && start - previousEnd <= paragraphPauseSeconds) last.text += ` ${text}`
    else paragraphs.push({ start, text })
    previousEnd = end
  }
  return paragraphs
}

export function renderText(segments: readonly Segment[]): string {
  const text = paragraphsOf(segments)
    .map(paragraph => paragraph.text)
    .join('\n\n')
  return text === '' ? '' : `${text}\n`
}

/** For notes: where it comes from, and each paragraph with the time at which it begins. */
function renderMarkdown({ source, engine, language, segments }: Transcript): string {
  const model = engine.model === null ? engine.backend : `${engine.backend} (${engine.model})`
  const facts = `${clock(source.durationSec)} of speech, ${language}, heard by ${model}`
  const paragraphs = paragraphsOf(segments).map(({ start, text }) => `**${clock(start)}** ${escaped(text)}`)
  // A file that was sent along has a name and no address.
  const place = URL.canParse(source.url) ? `<${source.url}>` : escaped(source.url)
  return `${[`# Transcript`, `${place}: ${facts}.`, ...paragraphs].join('\n\n')}\n`
}

/** What was said must not become markup: https://spec.commonmark.org/0.31.2/#backslash-escapes */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|~]/g, character => `\\${character}`)
}

/** H:MM:SS, as players take it. */
function clock(seconds: number): string {
  return timestamp(Math.floor(seconds), '.').replace(/\.\d+$/, '')
}

/** https://github.com/Podcastindex-org/podcast-namespace: transcripts/transcripts.md, "JSON". */
function renderPodcast(segments: readonly Segment[]): string {
  const entries = segments.map(({ start, end, text }) => ({ startTime: start, endTime: end, body: text }))
  return `${JSON.stringify({ version: '1.0.0', segments: entries }, null, 2)}\n`
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
