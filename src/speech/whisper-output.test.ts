import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSrt, readWhisperJson, readWhisperProgress } from './whisper-output.ts'

test('JSON times are milliseconds, and malformed entries are dropped', () => {
  const json = JSON.stringify({
    result: { language: 'de' },
    transcription: [
      { offsets: { from: 0, to: 1500 }, text: ' Guten Tag' },
      { offsets: { from: 'x', to: 1 }, text: 'y' },
      { text: 'z' },
      null,
    ],
  })
  assert.deepEqual(readWhisperJson(json), {
    language: 'de',
    segments: [{ start: 0, end: 1.5, text: 'Guten Tag' }],
  })
  for (const broken of ['', '{', '[]', '{"transcription":{}}']) assert.equal(readWhisperJson(broken), null)
})

test('subtitles are read with hours, several lines and carriage returns', () => {
  const srt =
    '1\r\n01:00:01,500 --> 01:00:02,000\r\n one\r\n two\r\n\r\n2\n00:00:03,000 --> 00:00:04,000\nthree'
  assert.deepEqual(readSrt(srt)?.segments, [
    { start: 3601.5, end: 3602, text: 'one  two' },
    { start: 3, end: 4, text: 'three' },
  ])
  assert.equal(readSrt('nothing'), null)
})

test('progress above a hundred percent is a hundred', () => {
  assert.equal(readWhisperProgress('whisper_print_progress_callback: progress =  13%'), 0.13)
  assert.equal(readWhisperProgress('whisper_print_progress_callback: progress = 106%'), 1)
  assert.equal(readWhisperProgress('progress'), null)
})
