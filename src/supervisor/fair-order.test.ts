import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ActiveJob } from '../ledger/active.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { inFairOrder } from './fair-order.ts'

const one = (id: string, batch: string | null, priority = 0): ActiveJob => ({
  job: { id, batch, priority } as LedgerJob,
  newest: null,
})

function order(waiting: readonly ActiveJob[], inFlight: readonly ActiveJob[] = []): string {
  return inFairOrder(waiting, inFlight)
    .map(({ job }) => job.id)
    .join(' ')
}

test('Batches take turns, and what is of none comes with the first of each', () => {
  const waiting = [
    one('a1', 'a'),
    one('a2', 'a'),
    one('a3', 'a'),
    one('b1', 'b'),
    one('x', null),
    one('b2', 'b'),
  ]
  assert.equal(order(waiting), 'a1 b1 x a2 b2 a3')
})

test('What a batch has at work counts as its turns', () => {
  const waiting = [one('a3', 'a'), one('a4', 'a'), one('b1', 'b')]
  assert.equal(order(waiting, [one('a1', 'a'), one('a2', 'a')]), 'b1 a3 a4')
})

test('A higher priority goes before any turn', () => {
  const waiting = [one('a1', 'a', 5), one('a2', 'a', 5), one('b1', 'b')]
  assert.equal(order(waiting), 'a1 a2 b1')
})
