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

test('a pause goes into the longest silence within eight to twenty seconds', () => {
  const silences = [
    [0, 0.3],
    [6, 7],
    [9, 9.2],
    [14, 14.4],
    [18, 18.2],
    [40, 41],
  ]
  const isSilent = (at: number) => silences.some(([start = 0, end = 0]) => at >= start && at < end)
  const levels = levelsOf(33, second => (isSilent(second) ? -90 : -20))
  assert.deepEqual(planPauses(levels, 33).cuts, [14.2])
  assert.deepEqual(planPauses(new Float32Array(0), 0), { warmUp: null, cuts: [], pauseSeconds: 0.8 })
})

test('the first two seconds of sound are heard twice, or what there is', () => {
  const levels = levelsOf(9, second => (second < 3 ? -100 : -20))
  assert.deepEqual(planPauses(levels, 9).warmUp, { start: 3, end: 5 })
  const short = levelsOf(2, second => (second < 1 ? -100 : -20))
  assert.deepEqual(planPauses(short, 2).warmUp, { start: 1, end: 2 })
})

test('sound without any silence is cut where it is quietest, so that no piece is longer than twenty seconds', () => {
  const levels = levelsOf(100, second => (Math.abs(second - 12) < 0.2 ? -24 : -20))
  const { cuts } = planPauses(levels, 100)
  assert.ok(Math.abs((cuts[0] ?? 0) - 12) < 0.2)
  const pieces = [...cuts, 100].map((end, index) => end - (cuts[index - 1] ?? 0))
  assert.ok(pieces.every(length => length > 0 && length <= 20))
})

test('times are mapped back to the recording without the warm-up and the pauses', () => {
  const plan = { warmUp: null, cuts: [3, 6], pauseSeconds: 1 }
  const times = [0, 2.9, 3, 3.5, 4, 6.9, 7, 7.5, 8, 9].map(seconds => originalTime(seconds, plan))
  assert.deepEqual(times, [0, 2.9, 3, 3, 3, 5.9, 6, 6, 6, 7])
  const warm = { ...plan, warmUp: { start: 1, end: 3 } }
  assert.deepEqual(
    [0, 2.9, 3, 5, 6.5, 12].map(seconds => originalTime(seconds, warm)),
    [null, null, 0, 2, 3, 7],
  )
})

test('the written file is the recording with its pauses, sample by sample', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-pauses-'))
  t.after(() => rm(folder, { recursive: true }))
  const tone = (seconds: number, level: number) => {
    const samples = Buffer.alloc(seconds * bytesPerSecond)
    for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE(at % 64 < 32 ? level : -level, at)
    return samples
  }
  const data = Buffer.concat([tone(10, 9000), tone(0.4, 0), tone(12, 9000)])
  const input = join(folder, 'in.wav')
  await writeFile(input, Buffer.concat([wavHeader(data.length), data]))
  const plan = await writeWithPauses(input, join(folder, 'out.wav'))
  assert.deepEqual(plan.cuts, [10.2])

  const pause = Buffer.alloc(plan.pauseSeconds * bytesPerSecond)
  const cut = 10.2 * bytesPerSecond
  const warmUp = data.subarray(0, 2 * bytesPerSecond)
  const expected = Buffer.concat([warmUp, pause, data.subarray(0, cut), pause, data.subarray(cut), pause])
  const written = await readFile(join(folder, 'out.wav'))
  assert.deepEqual(written.subarray(0, headerBytes), wavHeader(expected.length))
  assert.ok(written.subarray(headerBytes).equals(expected))
})
