import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSubtitles } from './subtitles.ts'

test('subtitles are read with hours, several lines and carriage returns', () => {
  const srt =
    '1\r\n01:00:01,500 --> 01:00:02,000\r\n one\r\n two\r\n\r\n2\n00:00:03,000 --> 00:00:04,000\nthree'
  assert.deepEqual(readSubtitles(srt)?.segments, [
    { start: 3601.5, end: 3602, text: 'one two' },
    { start: 3, end: 4, text: 'three' },
  ])
  assert.equal(readSubtitles('nothing'), null)
  assert.equal(readSubtitles(''), null)
})

test('WebVTT may leave out the hours, and has settings and marks that are not spoken', () => {
  const vtt =
    'WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:02.250 line:0\n<v Ann>Good <00:01.500><c>morning</c>\n\n'
  assert.deepEqual(readSubtitles(vtt)?.segments, [{ start: 1, end: 2.25, text: 'Good morning' }])
  assert.deepEqual(readSubtitles('WEBVTT\n\n')?.segments, [])
})
