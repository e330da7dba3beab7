import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'
import { originalTime, planPauses, writeWithPauses } from './pauses.ts'

/** A recording of that many seconds, 10 ms each, as loud as `level` says for each second in it. */
function levelsOf(seconds: number, level: (second: number) => number): Float32Array {
  return Float32Array.from({ length: seconds * 100 }, (_, index) => level(index / 100))
}

test('a silence that ends an utterance is made longer, and a shorter one is left as it is', () => {
  const levels = levelsOf(900, second => (second % 170 < (second > 500 ? 0.5 : 0.7) ? -90 : -20))
  assert.deepEqual(planPauses(levels, 600).cuts.slice(0, 3), [0.35, 170.36, 340.36])
  assert.deepEqual(
    planPauses(
      levelsOf(170, () => -20),
      170,
    ).cuts,
    [],
  )
  assert.deepEqual(planPauses(new Float32Array(0), 0).cuts, [])
})

test('more than three minutes without an end get a pause in the longest silence of the second half', () => {
  const silences = [
    [40, 40.4],
    [100, 100.2],
    [130, 130.3],
    [170, 170.2],
    [200, 200.5],
  ]
  const isSilent = (at: number) => silences.some(([start = 0, end = 0]) => at >= start && at < end)
  const levels = levelsOf(300, second => (isSilent(second) ? -90 : -20))
  assert.deepEqual(planPauses(levels, 300).cuts, [130.15])
})

test('where there is no silence at all, it is put where it is quietest, and no piece is longer than three minutes', () => {
  const levels = levelsOf(700, second => (Math.abs(second - 122) < 0.2 ? -24 : -20))
  const { cuts } = planPauses(levels, 700)
  assert.ok(Math.abs((cuts[0] ?? 0) - 122) < 0.2)
  const pieces = [...cuts, 700].map((end, index) => end - (cuts[index - 1] ?? 0))
  assert.ok(pieces.every(length => length > 0 && length <= 180))
})

test('times are mapped back to the recording without the pauses', () => {
  const plan = { cuts: [3, 6], pauseSeconds: 1 }
  const times = [0, 2.9, 3, 3.5, 4, 6.9, 7, 7.5, 8, 9].map(seconds => originalTime(seconds, plan))
  assert.deepEqual(times, [0, 2.9, 3, 3, 3, 5.9, 6, 6, 6, 7])
})

test('the written file is the recording with its pauses, sample by sample', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-pauses-'))
  t.after(() => rm(folder, { recursive: true }))
  const tone = (seconds: number, level: number) => {
    const samples = Buffer.alloc(seconds * bytesPerSecond)
    for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE(at % 64 < 32 ? level : -level, at)
    return samples
  }
  const data = Buffer.concat([tone(100, 9000), tone(0.4, 0), tone(100, 9000)])
  const input = join(folder, 'in.wav')
  await writeFile(input, Buffer.concat([wavHeader(data.length), data]))
  const plan = await writeWithPauses(input, join(folder, 'out.wav'))
  assert.deepEqual(plan.cuts, [100.2])

  const pause = Buffer.alloc(plan.pauseSeconds * bytesPerSecond)
  const cut = 100.2 * bytesPerSecond
  const expected = Buffer.concat([data.subarray(0, cut), pause, data.subarray(cut), pause])
  const written = await readFile(join(folder, 'out.wav'))
  assert.deepEqual(written.subarray(0, headerBytes), wavHeader(expected.length))
  assert.ok(written.subarray(headerBytes).equals(expected))
})
