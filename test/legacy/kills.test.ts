import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killWorkers } from './kills.ts'

test('workers that are killed at work lose no job and double none', { timeout: 150_000 }, async t => {
  const said: string[] = []
  const report = await killWorkers(t, {
    ...{ jobs: 24, kills: 10, workers: 3, everyMs: 700, leaseSeconds: 2, seed: 7, limitMs: 120_000 },
    tell: line => void said.push(line),
  })
  t.diagnostic(`${report.kills} kills, ${report.killedAtWork} at work, in ${report.seconds.toFixed(0)} s`)
  t.diagnostic(`worked twice: ${report.workedTwice.length}`)
  assert.deepEqual(report.lost, [], said.slice(-60).join('\n'))
  assert.deepEqual(report.doubled, [])
  assert.equal(report.doneOnce, 24)
  assert.ok(report.killedAtWork > 3, `${report.killedAtWork} of ${report.kills} kills met a worker at work`)
})
