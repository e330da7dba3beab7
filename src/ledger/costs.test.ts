import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Cost } from '../model/cost.ts'
import type { JobResult } from '../model/result.ts'
import { openLedger } from './ledger.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()

test('What services took is summed over all attempts of the jobs of a time, each told once', t => {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-ledger-'))
  const ledger = openLedger(join(folder, 'ledger.db'))
  t.after(() => {
    ledger.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const submit = (id: string, second: number) => {
    const job = { id, broker: 'b', kind: 'transcribe', inputs: {}, pin: null, idempotencyKey: id }
    ledger.insertJob({ ...job, priority: 0, now: at(second), replace: false })
  }
  const fetch = (jobId: string, number: number, costs: readonly Cost[]) => {
    const result = { costs } as JobResult
    ledger.recordResult({
      jobId,
      attemptId: `${jobId}.${number}`,
      runId: null,
      directory: folder,
      result,
      now: at(9),
    })
  }
  const cost = (provider: string, amount: number): Cost => ({
    ...{ provider, model: 'm', currency: 'USD', seconds: 60 },
    amount,
  })
  submit('old', -10)
  fetch('old', 1, [cost('openai', 5)])
  submit('new', 1)
  fetch('new', 1, [cost('openai', 0.1), cost('router', 0.02)])
  fetch('new', 2, [cost('openai', 0.2)])
  fetch('new', 2, [cost('openai', 0.2)])
  submit('free', 2)
  fetch('free', 1, [])
  assert.deepEqual(ledger.stats(at(0), at(0)).costs, [
    { provider: 'openai', model: 'm', usd: 0.3, jobs: 1 },
    { provider: 'router', model: 'm', usd: 0.02, jobs: 1 },
  ])
})
