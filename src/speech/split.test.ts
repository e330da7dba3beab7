import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.ts'
import { type Chunk, planChunks, type SplitSource, widthOf } from './split.ts'

const limits = { leastSeconds: 60, mostSeconds: 300, parallel: 4, memoryMb: 130 }

/** A recording with a silence of that length at each of these moments. */
function recording(durationSeconds: number, moments: readonly number[], length = 0.5): SplitSource {
  const silences = moments.map(at => ({ start: at - length / 2, end: at + length / 2 }))
  return { durationSeconds, silences, quietestMoment: (from, to) => (from + to) / 2 }
}

function assertWhole(chunks: readonly Chunk[], durationSeconds: number): void {
  assert.equal(chunks[0]?.start, 0)
  assert.equal(chunks.at(-1)?.end, durationSeconds)
  for (const [position, { index, start, end, heardFrom, heardTo }] of chunks.entries()) {
    assert.equal(index, position)
    assert.equal(start, chunks[position - 1]?.end ?? 0)
    assert.ok(heardFrom <= start && start < end && end <= heardTo && heardTo <= durationSeconds)
    assert.ok(end - start <= limits.mostSeconds)
  }
}

test('each of two that hear side by side has as much to do', () => {
  for (const durationSeconds of [400, 620, 900, 1500, 4000]) {
    const limits = { leastSeconds: 120, mostSeconds: 450, parallel: 2, memoryMb: 1 }
    const silences = Array.from({ length: durationSeconds / 7 }, (_, at) => ({
      start: at * 7 + 3,
      end: at * 7 + 3.4,
    }))
    const chunks = planChunks({ durationSeconds, silences, quietestMoment: from => from }, limits, 2)
    const lengths = chunks.map(({ start, end }) => end - start)
    assert.equal(chunks.length % 2, 0, `${durationSeconds} s`)
    assert.ok(Math.max(...lengths) - Math.min(...lengths) < 15, lengths.join(' '))
  }
})

test('a short recording is one chunk that goes to the engine as it is', () => {
  const whole = { index: 0, start: 0, end: 70, heardFrom: 0, heardTo: 70, padding: 0 }
  assert.deepEqual(planChunks(recording(70, [30, 40]), limits, 1), [whole])
  assert.deepEqual(planChunks(recording(9000, []), null, 4), [{ ...whole, end: 9000, heardTo: 9000 }])
})

test('a cut is in the middle of a silence, and nothing is heard twice there', () => {
  const chunks = planChunks(recording(400, [150, 190, 260]), limits, 1)
  assert.deepEqual(
    chunks.map(({ start, end, heardFrom, heardTo }) => [start, end, heardFrom, heardTo]),
    [
      [0, 190, 0, 190],
      [190, 400, 190, 400],
    ],
  )
  assert.ok(chunks.every(({ padding }) => padding === 0.3))
})

test('a long silence is worth a little way', () => {
  const source = {
    ...recording(400, []),
    silences: [
      { start: 180, end: 182 },
      { start: 200, end: 200.2 },
    ],
  }
  assert.equal(planChunks(source, limits, 1)[0]?.end, 181)
})

test('where there is no silence, the cut is at the quietest moment and both sides hear a second more', () => {
  const chunks = planChunks(recording(400, []), limits, 1)
  assert.deepEqual(
    chunks.map(({ end, heardFrom, heardTo }) => [end, heardFrom, heardTo]),
    [
      [200, 0, 201],
      [400, 199, 400],
    ],
  )
})

test('each engine that may run has a chunk, but none that is not worth its start', () => {
  const moments = Array.from({ length: 200 }, (_, index) => index * 3)
  assert.equal(planChunks(recording(200, moments), limits, 2).length, 2)
  assert.equal(planChunks(recording(600, moments), limits, 4).length, 4)
  assert.equal(planChunks(recording(120, moments), limits, 16).length, 2)
})

test('chunks of any recording are the whole of it, each within the limits', () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = randomFrom(seed)
    const durationSeconds = 1 + random() * 8000
    const gaps = Array.from({ length: 400 }, () => random() * random() * 300)
    const moments = gaps.map((_, index) => gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0))
    const inside = moments.filter(at => at + 1 < durationSeconds)
    const chunks = planChunks(recording(durationSeconds, inside), limits, 1 + Math.floor(random() * 5))
    assertWhole(chunks, durationSeconds)
  }
})

test('as many engines run at once as are of use and as half of the memory holds', () => {
  assert.equal(widthOf(limits, { memoryMb: 8192, cores: 4 }), 4)
  assert.equal(widthOf(limits, { memoryMb: 900, cores: 4 }), 3)
  assert.equal(widthOf(limits, { memoryMb: 100, cores: 4 }), 1)
})
