import { splitChoices } from '../model/inputs.ts'
import { type TranscriptFormat, transcriptFormats } from '../model/kinds.ts'
import type { Segment, Transcript } from './transcript.ts'
import { transcriptJson } from './transcript-json.ts'

/** The formats of a job's checked input: comma-separated, '' for all. */
export function parseFormats(input: string): readonly TranscriptFormat[] {
  const names = splitChoices(input)
  return names.length === 0 ? transcriptFormats : transcriptFormats.filter(name => names.includes(name))
}

export function renderTranscript(transcript: Transcript, format: TranscriptFormat): string {
  return [...transcriptParts(transcript, format)].join('')
}

/** The same, a sentence or a paragraph at a time: of a day of talk each format is some megabytes. */
export function transcriptParts(transcript: Transcript, format: TranscriptFormat): Iterable<string> {
  switch (format) {
    case 'txt':
      return textParts(transcript.segments)
    case 'srt':
      return srtParts(transcript.segments)
    case 'vtt':
      return vttParts(transcript.segments)
    case 'json':
      return transcriptJson(transcript)
    case 'md':
      return markdownParts(transcript)
    case 'podcast':
      return podcastParts(transcript.segments)
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

function* paragraphsOf(segments: readonly Segment[]): Generator<Paragraph> {
  let texts: string[] = []
  let start = 0
  let previousEnd = 0
  for (const segment of segments) {
    if (texts.length > 0 && segment.start - previousEnd > paragraphPauseSeconds) {
      yield { start, text: texts.join(' ') }
      texts = []
    }
    if (texts.length === 0) start = segment.start
    texts.push(segment.text)
    previousEnd = segment.end
  }
  if (texts.length > 0) yield { start, text: texts.join(' ') }
}

export function renderText(segments: readonly Segment[]): string {
  return [...textParts(segments)].join('')
}

function* textParts(segments: readonly Segment[]): Generator<string> {
  let between = ''
  for (const { text } of paragraphsOf(segments)) {
    yield `${between}${text}\n`
    between = '\n'
  }
}

/** For notes: where it comes from, and each paragraph with the time at which it begins. */
function* markdownParts({ source, engine, language, segments }: Transcript): Generator<string> {
  const model = engine.model === null ? engine.backend : `${engine.backend} (${engine.model})`
  const facts = `${clock(source.durationSec)} of speech, ${language}, heard by ${model}`
  // A file that was sent along has a name and no address.
  const place = URL.canParse(source.url) ? `<${source.url}>` : escaped(source.url)
  yield `# Transcript\n\n${place}: ${facts}.\n`
  for (const { start, text } of paragraphsOf(segments)) yield `\n**${clock(start)}** ${escaped(text)}\n`
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
function* podcastParts(segments: readonly Segment[]): Generator<string> {
  const head = '{\n  "version": "1.0.0",\n  "segments": ['
  let between = `${head}\n`
  for (const { start, end, text } of segments) {
    const entry = JSON.stringify({ startTime: start, endTime: end, body: text }, null, 2)
    yield `${between}    ${entry.replaceAll('\n', '\n    ')}`
    between = ',\n'
  }
  yield segments.length === 0 ? `${head}]\n}\n` : '\n  ]\n}\n'
}

/** SubRip. Nothing said is an empty file, as whisper.cpp has it. */
function* srtParts(segments: readonly Segment[]): Generator<string> {
  for (const [index, segment] of segments.entries()) {
    const text = wrapCue(segment.text.replaceAll('-->', '->'))
    yield `${index === 0 ? '' : '\n'}${index + 1}\n${cueTimes(segment, ',')}\n${text}\n`
  }
}

/** WebVTT (W3C): `&` and `<` are escaped, and so is the arrow, which may not stand in a cue. */
function* vttParts(segments: readonly Segment[]): Generator<string> {
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('-->', '--&gt;')
  yield 'WEBVTT\n'
  for (const segment of segments) yield `\n${cueTimes(segment, '.')}\n${escaped(wrapCue(segment.text))}\n`
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
