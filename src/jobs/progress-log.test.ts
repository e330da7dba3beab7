import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyQuarter, ProgressLog } from './progress-log.ts'

test('at most two lines a second, never backwards, never twice the same, and always the end', () => {
  const lines: string[] = []
  let now = 0
  const log = new ProgressLog(
    line => lines.push(line),
    () => now,
  )
  const report = (at: number, percent: number) => {
    now = at
    log.report({ percent, doneSeconds: null, totalSeconds: null })
  }
  report(0, 0)
  report(100, 10)
  report(600, 20)
  report(1200, 15)
  report(1800, 20)
  report(1900, 100)
  report(1901, 100)
  assert.deepEqual(lines, ['relayq: progress 0%', 'relayq: progress 20%', 'relayq: progress 100%'])
})

test('a long phase tells each quarter once, a short one nothing', () => {
  const told: number[] = []
  let now = 0
  const quarters = everyQuarter(
    () => now,
    percent => told.push(percent),
  )
  for (const share of [0.1, 0.26, 0.4, 0.6, 0.8, 0.9, 1]) {
    quarters(share)
    now += 1000
  }
  assert.deepEqual(told, [25, 50, 75])
  everyQuarter(
    () => 0,
    percent => told.push(percent),
  )(0.5)
  assert.equal(told.length, 3)
})
