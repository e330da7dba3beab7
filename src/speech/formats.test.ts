import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runProgram } from '../base/process.ts'
import { parseFormats, renderText, renderTranscript } from './formats.ts'
import { type Transcript, tidySegments } from './transcript.ts'

const segments = tidySegments(
  [
    { start: 0.25, end: 2.0505, text: ' good morning ' },
    { start: 2.4, end: 59.9996, text: 'a < b & c --> d\n\nand so on' },
    { start: 3661.5, end: 3662, text: 'the end' },
  ],
  4000,
)

function transcriptOf(segments: Transcript['segments']): Transcript {
  return {
    schema: 'relayq.transcript/1',
    source: { url: 'https://example.com/a.mp3', sha256: '00', durationSec: 4000 },
    engine: { backend: 'whisper-cli', version: null, model: 'base' },
    language: 'en',
    text: 'x',
    timing: 'segment',
    segments,
    warnings: [],
    doubts: [],
    dropped: [],
    usage: { audioSec: 4000, wallSec: 1 },
    createdAt: '2026-01-01T00:00:00.000Z',
  }
}

test('all formats are written unless some are named', () => {
  assert.deepEqual(parseFormats(''), ['txt', 'srt', 'vtt', 'json', 'md', 'podcast'])
  assert.deepEqual(parseFormats(' VTT, txt ,txt'), ['txt', 'vtt'])
})

test('text is one paragraph until a pause of more than a second and a half', () => {
  assert.equal(renderText(segments), 'good morning a < b & c --> d and so on\n\nthe end\n')
})

test('subtitles round to milliseconds before they are split, and cannot be broken by their text', () => {
  assert.equal(
    renderTranscript(transcriptOf(segments), 'srt'),
    `1
00:00:00,250 --> 00:00:02,051
good morning

2
00:00:02,400 --> 00:01:00,000
a < b & c -> d and so on

3
01:01:01,500 --> 01:01:02,000
the end
`,
  )
})

test('WebVTT escapes what it must', () => {
  assert.equal(
    renderTranscript(transcriptOf(segments.slice(1, 2)), 'vtt'),
    'WEBVTT\n\n00:00:02.400 --> 00:01:00.000\na &lt; b &amp; c --&gt; d and so on\n',
  )
})

test('a long sentence is broken into lines as subtitles are read', () => {
  const text = 'the quick brown fox jumped over the lazy dog near the river bank'
  const lines = renderTranscript(transcriptOf([{ id: 0, start: 0, end: 1, text }]), 'srt').split('\n')
  assert.deepEqual(lines.slice(2, 4), ['the quick brown fox jumped over the lazy', 'dog near the river bank'])
})

test('Markdown tells where it comes from and when each paragraph begins, and takes nothing said for markup', () => {
  assert.equal(
    renderTranscript(transcriptOf(segments), 'md'),
    `# Transcript

<https://example.com/a.mp3>: 01:06:40 of speech, en, heard by whisper-cli (base).

**00:00:00** good morning a \\< b & c --\\> d and so on

**01:01:01** the end
`,
  )
})

test('Markdown calls a file that has no address by its name', () => {
  const { source, ...rest } = transcriptOf(segments)
  const text = renderTranscript({ ...rest, source: { ...source, url: 'my_talk.mp3' } }, 'md')
  assert.match(text, /^# Transcript\n\nmy\\_talk\.mp3: /)
})

test('Podcast JSON is as the podcast namespace has it', () => {
  assert.deepEqual(JSON.parse(renderTranscript(transcriptOf(segments.slice(0, 1)), 'podcast')), {
    version: '1.0.0',
    segments: [{ startTime: 0.25, endTime: 2.051, body: 'good morning' }],
  })
  for (const spoken of [[], segments]) {
    const text = renderTranscript(transcriptOf(spoken), 'podcast')
    assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`)
  }
})

test('ffmpeg reads the same cues back, whatever was said', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-formats-'))
  t.after(() => rm(folder, { recursive: true }))
  const said = ['a --> b', '42', '<i>no tag', '1\n00:00:09,000 --> 00:00:10,000\n\nno cue']
  const segments = said.map((text, id) => ({ id, start: id, end: id % 2 === 0 ? id : id + 1, text }))
  for (const format of ['srt', 'vtt'] as const) {
    const file = join(folder, 'cues')
    await writeFile(file, renderTranscript(transcriptOf(segments), format))
    const args = ['-nostdin', '-v', 'warning', '-i', file, '-f', 'srt', '-']
    const read = await runProgram('ffmpeg', args)
    assert.ok(read.kind === 'exited' && read.code === 0 && read.stderr === '')
    const times = read.stdout.match(/^\d\d:.* --> .*$/gm)?.map(line => line.replaceAll(/00:00:0/g, ''))
    assert.deepEqual(times, ['0,000 --> 0,001', '1,000 --> 2,000', '2,000 --> 2,001', '3,000 --> 4,000'])
  }
})

test('nothing said is an empty file, and a bare header in WebVTT', () => {
  assert.equal(renderText([]), '')
  assert.equal(renderTranscript(transcriptOf([]), 'srt'), '')
  assert.equal(renderTranscript(transcriptOf([]), 'vtt'), 'WEBVTT\n')
})

test('the JSON is the transcript itself', () => {
  const transcript = transcriptOf(segments)
  const words = [{ start: 0, end: 1, text: '\n  "segments": []', p: 1 }]
  const spoken = { ...transcript, segments: transcript.segments.map(segment => ({ ...segment, words })) }
  const none = { ...transcript, segments: [], text: '"segments": []' }
  for (const each of [transcript, spoken, none]) {
    assert.equal(renderTranscript(each, 'json'), `${JSON.stringify(each, null, 2)}\n`)
  }
})

test('segments are numbered, kept in order and within the recording, and empty ones dropped', () => {
  const tidy = tidySegments(
    [
      { start: -1, end: 2, text: 'a' },
      { start: 1.5, end: 3, text: ' ' },
      { start: 1.5, end: 99, text: 'b  c' },
      { start: 50, end: 60, text: 'd' },
    ],
    10,
  )
  assert.deepEqual(tidy, [
    { id: 0, start: 0, end: 2, text: 'a' },
    { id: 1, start: 2, end: 10, text: 'b c' },
    { id: 2, start: 10, end: 10, text: 'd' },
  ])
})
