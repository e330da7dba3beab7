import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHeardLine, readWhisperJson, readWhisperProgress } from './whisper-output.ts'

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

test("OpenAI's JSON has seconds, and words with their confidence", () => {
  const json = JSON.stringify({
    language: 'en',
    segments: [
      {
        start: 0,
        end: 1.5,
        text: ' Good morning',
        words: [
          { word: ' Good', start: 0, end: 0.5, probability: 0.9 },
          { word: ' morning', start: 0.5, end: 1.5 },
          { word: 7, start: 0, end: 1 },
        ],
      },
      { start: null, end: 1, text: 'x' },
      { start: 2, end: 3, text: 'without words' },
    ],
  })
  assert.deepEqual(readWhisperJson(json), {
    language: 'en',
    segments: [
      {
        start: 0,
        end: 1.5,
        text: 'Good morning',
        words: [
          { start: 0, end: 0.5, text: 'Good', p: 0.9 },
          { start: 0.5, end: 1.5, text: 'morning' },
        ],
      },
      { start: 2, end: 3, text: 'without words' },
    ],
  })
})

test('a line that was heard says how far the engine is', () => {
  assert.equal(readHeardLine('[00:01.000 --> 01:02.500]  one'), 62.5)
  assert.equal(readHeardLine('[01:00:01.000 --> 01:00:02.000] one'), 3602)
  assert.equal(readHeardLine('Detected language: English'), null)
})

test('progress above a hundred percent is a hundred', () => {
  assert.equal(readWhisperProgress('whisper_print_progress_callback: progress =  13%'), 0.13)
  assert.equal(readWhisperProgress('whisper_print_progress_callback: progress = 106%'), 1)
  assert.equal(readWhisperProgress('progress'), null)
})
