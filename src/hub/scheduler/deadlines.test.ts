import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storedJob } from '../../../test/support/stored-job.ts'
import { overdue } from './deadlines.ts'

const minute = 60_000
const at = (now: number, lastContact = now) => ({ now, lastContact, lease: 30_000 })

test('a queued job has a day, a waiting one any time', () => {
  const queued = storedJob({ status: 'queued', queuedMs: 0 })
  assert.equal(overdue(queued, at(24 * 60 * minute - 1)), null)
  assert.equal(overdue(queued, at(24 * 60 * minute)), 'queue_limit')
  assert.equal(overdue(storedJob({ status: 'pending' }), at(99 * 24 * 60 * minute)), null)
})

test('a running job is lost after a lease of silence, whatever else is due', () => {
  const running = storedJob({ status: 'in_progress', startedMs: 0, timeoutMinutes: 1, cancelMs: 0 })
  assert.equal(overdue(running, at(60 * minute, 60 * minute - 29_999)), 'cancel_unanswered')
  assert.equal(overdue(running, at(60 * minute, 60 * minute - 30_000)), 'lost')
})

test('timeout-minutes may be a fraction, and counts from the start', () => {
  const running = storedJob({ status: 'in_progress', startedMs: minute, timeoutMinutes: 0.5 })
  assert.equal(overdue(running, at(1.5 * minute - 1)), null)
  assert.equal(overdue(running, at(1.5 * minute)), 'timeout')
})

test('a cancelled job is not timed out as well, and its worker has five and a half minutes', () => {
  const told = storedJob({ status: 'in_progress', startedMs: 0, timeoutMinutes: 1, cancelMs: minute })
  assert.equal(overdue(told, at(6.5 * minute - 1)), null)
  assert.equal(overdue(told, at(6.5 * minute)), 'cancel_unanswered')
})
