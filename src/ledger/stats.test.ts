import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FailureClass } from '../model/failure.ts'
import { openLedger } from './ledger.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()

test('Statistics tell ends, times and failures by kind and by runner, since a moment', t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-ledger-'))
  const ledger = openLedger(join(folder, 'ledger.db'))
  t.after(() => {
    ledger.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const work = (id: string, from: number, spans: { wait: number; run: number }, failure?: FailureClass) => {
    const job = { id, broker: 'b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: id }
    ledger.insertJob({ ...job, priority: 0, now: at(from), replace: false })
    const runsOn = id === 'hosted' ? ['ubuntu-latest'] : ['self-hosted', 'mac']
    const plan = { jobId: id, number: 1, workflow: 'w.yml', ref: 'main', runsOn, decision: {} }
    ledger.prepareAttempt({ ...plan, now: at(from) })
    const move = { attemptId: `${id}.1`, runnerName: runsOn.at(-1) ?? '' }
    ledger.moveAttempt({ ...move, to: 'dispatched', now: at(from) })
    ledger.moveAttempt({ ...move, to: 'running', now: at(from + spans.wait), at: at(from + spans.wait) })
    const end = { now: at(from + spans.wait + spans.run), at: at(from + spans.wait + spans.run) }
    if (failure) ledger.moveAttempt({ ...move, ...end, to: 'failed', failure })
    else ledger.moveAttempt({ ...move, ...end, to: 'succeeded' })
  }
  work('ancient', -90_000, { wait: 9_000, run: 9_000 })
  for (let index = 1; index <= 10; index += 1) work(`j${index}`, index, { wait: index, run: 10 * index })
  work('bad', 20, { wait: 1, run: 1 }, 'bad_input')
  work('hosted', 30, { wait: 5, run: 61 })
  ledger.recordSpeed({ broker: 'b', runner: 'mac', kind: 'transcribe', speed: 0.25 })
  const stats = ledger.stats(at(0), at(0))
  assert.deepEqual(stats.kinds, [
    {
      name: 'transcribe',
      states: { failed: 1, succeeded: 11 },
      wait: { median: 5, p90: 9 },
      run: { median: 60, p90: 90 },
    },
  ])
  assert.deepEqual(
    stats.runners.map(({ name, states, run }) => [name, states, run.median]),
    [
      ['mac', { failed: 1, succeeded: 10 }, 50],
      ['ubuntu-latest', { succeeded: 1 }, 61],
    ],
  )
  assert.deepEqual(stats.failures, [{ failure: 'bad_input', jobs: 1 }])
  assert.deepEqual([stats.hostedMinutes, stats.speeds[0]?.speed], [2, 0.25])
  assert.deepEqual(ledger.stats(at(1_000), at(1_000)).kinds, [])
})
