import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from '../base/errors.ts'
import { pauseMs, persist } from './persistence.ts'

test('a call is repeated over errors and "later" until it is answered', async () => {
  let tries = 0
  const outcome = await persist(
    async () => {
      tries += 1
      if (tries === 1) throw new Error('connection refused')
      return tries === 2 ? { kind: 'again', reason: 'HTTP 503' } : { kind: 'done', value: tries }
    },
    { forMs: 10_000 },
  )
  assert.deepEqual(outcome, { kind: 'done', value: 3 })
})

test('a refusal is final', async () => {
  let tries = 0
  const outcome = await persist(
    async () => {
      tries += 1
      throw new RelayError('broker_rejected', 'The job has ended.')
    },
    { forMs: 10_000 },
  )
  assert.deepEqual(outcome, { kind: 'gave_up', reason: 'The job has ended.' })
  assert.equal(tries, 1)
})

test('when the time is up the last reason remains', async () => {
  const outcome = await persist(async () => ({ kind: 'again', reason: 'HTTP 500' }), { forMs: 0 })
  assert.deepEqual(outcome, { kind: 'gave_up', reason: 'HTTP 500' })
})

test('an aborted signal ends the waiting', async () => {
  const outcome = await persist(async () => ({ kind: 'again', reason: 'away' }), {
    forMs: 60_000,
    signal: AbortSignal.abort(),
  })
  assert.deepEqual(outcome, { kind: 'gave_up', reason: 'away' })
})

test('pauses grow to two seconds and never lose more than half to chance', () => {
  assert.deepEqual(
    [0, 1, 2, 5, 50].map(failures => pauseMs(failures, () => 1)),
    [100, 200, 400, 2000, 2000],
  )
  assert.equal(
    pauseMs(0, () => 0),
    50,
  )
})
