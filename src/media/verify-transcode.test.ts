import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediaStreams } from './probe.ts'
import { claimedDuration, judgeTranscoded } from './verify-transcode.ts'

const audio = { index: 0, codec: 'aac', durationSeconds: null, channels: 2 }
const video = { index: 1, codec: 'h264', durationSeconds: 60, width: 64, height: 64 }
const film = (durationSeconds: number | null): MediaStreams => ({
  durationSeconds,
  format: 'mp4',
  audio,
  video,
})

const judge = (
  claimedSeconds: number | null,
  output: MediaStreams,
  writtenSeconds = output.durationSeconds,
) => judgeTranscoded({ claimedSeconds, kept: { audio, video }, writtenSeconds, output })

test('an output as long as its source, with its streams, is sound', () => {
  assert.deepEqual(judge(60, film(61)), { kind: 'sound', durationSeconds: 61, doubts: [] })
  assert.equal(judge(null, film(61)).kind, 'sound')
  assert.equal(judge(60, film(60), 40).kind, 'sound', 'the last picture stays for long')
  assert.deepEqual(judge(1000, film(985)), { kind: 'sound', durationSeconds: 985, doubts: [] })
})

test('one that is shorter or longer than the source claims is doubted, with the place', () => {
  const doubts = (claimed: number, seconds: number) => {
    const verdict = judge(claimed, film(seconds))
    return verdict.kind === 'sound' ? verdict.doubts.map(({ kind, start, end }) => [kind, start, end]) : []
  }
  assert.deepEqual(doubts(60, 30), [['cut_off', 30, 60]])
  assert.deepEqual(doubts(30, 60), [['overlong', 30, 60]])
})

test('one that lost a stream, holds nothing, or is not what was written is broken', () => {
  const reason = (verdict: ReturnType<typeof judge>) => (verdict.kind === 'broken' ? verdict.reason : 'sound')
  assert.match(reason(judge(60, { ...film(60), audio: null })), /lost the sound/)
  assert.match(reason(judge(60, { ...film(60), video: null })), /lost the picture/)
  assert.match(reason(judge(60, film(null))), /nothing of the source/)
  assert.match(reason(judge(60, film(30), 60)), /60\.0 s were written, and 30\.0 s can be read/)
})

test('only the streams that are kept count for the length of the source', () => {
  assert.equal(claimedDuration(film(90), { audio: null, video }), 60)
  assert.equal(claimedDuration(film(90), { audio, video }), 90)
  assert.equal(claimedDuration(film(null), { audio, video: null }), null)
})
