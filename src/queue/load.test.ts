import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActiveJob } from '../ledger/active.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import type { Runner } from '../model/runner.ts'
import { loadsOf } from './load.ts'

const now = Date.parse('2026-01-01T00:00:00Z')
const at = (seconds: number) => new Date(now + seconds * 1000).toISOString()

const runners: readonly Runner[] = ['mac', 'pi', 'pi2'].map((name, id) => ({
  ...{ id, name, os: 'linux', status: 'online', busy: false },
  labels: ['self-hosted', name, ...(name === 'mac' ? [] : ['small'])],
}))

function sent(
  id: string,
  label: string,
  options: { sentAt: number; done: number | null; on?: string },
): ActiveJob {
  const decision = options.done === null ? {} : { expectedFinish: at(options.done) }
  const state = options.on === undefined ? 'dispatched' : 'running'
  const attempt = { state, runsOn: ['self-hosted', label], runnerName: options.on ?? null }
  return {
    job: { id, decision } as unknown as LedgerJob,
    newest: { ...attempt, sentAt: at(options.sentAt) } as unknown as LedgerAttempt,
  }
}

test('A machine is free when the last of its jobs is expected to be done', () => {
  const active = [
    sent('a', 'mac', { sentAt: 0, done: 100, on: 'mac' }),
    sent('b', 'mac', { sentAt: 1, done: 300 }),
    sent('late', 'pi', { sentAt: 0, done: -50, on: 'pi' }),
  ]
  const { all } = loadsOf(active, runners, now)
  assert.deepEqual(all.get('mac'), { jobs: 2, seconds: 300 })
  assert.deepEqual(all.get('pi'), { jobs: 1, seconds: 0 })
  assert.equal(all.get('pi2'), undefined)
})

test('One job of unknown length makes the whole wait unknown', () => {
  const active = [sent('a', 'mac', { sentAt: 0, done: 100 }), sent('b', 'mac', { sentAt: 1, done: null })]
  assert.deepEqual(loadsOf(active, runners, now).all.get('mac'), { jobs: 2, seconds: null })
})

test('Jobs for a label that several bear are spread over them', () => {
  const active = [1, 2, 3].map(n => sent(`j${n}`, 'small', { sentAt: n, done: n * 10 }))
  const { all } = loadsOf(active, runners, now)
  assert.deepEqual([all.get('pi')?.jobs, all.get('pi2')?.jobs], [2, 1])
})

test('For a job that waits, what was sent after it comes after it', () => {
  const active = [
    sent('running', 'mac', { sentAt: 5, done: 100, on: 'mac' }),
    sent('first', 'mac', { sentAt: 1, done: 200 }),
    sent('second', 'mac', { sentAt: 2, done: 300 }),
    sent('third', 'mac', { sentAt: 3, done: 400 }),
  ]
  const loads = loadsOf(active, runners, now)
  assert.deepEqual(loads.ahead('first').get('mac'), { jobs: 1, seconds: 100 })
  assert.deepEqual(loads.ahead('third').get('mac'), { jobs: 3, seconds: 300 })
  assert.deepEqual(loads.ahead('elsewhere').get('mac'), { jobs: 4, seconds: 400 })
})
