import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Cost } from '../model/cost.ts'
import { Spending } from './spending.ts'

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-spending-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'cache', 'spending.db')
}

function opened(t: TestContext, path: string): Spending {
  const spending = new Spending(path)
  t.after(() => spending.close())
  return spending
}

const cost = (amount: number): Cost => ({
  provider: 'openai',
  model: 'gpt-transcribe',
  currency: 'USD',
  amount,
  seconds: 60,
})

function reserve(spending: Spending, usd: number, ceiling: number | null, month = '2026-11'): number {
  const outcome = spending.reserve(month, usd, ceiling)
  assert.equal(outcome.kind, 'reserved')
  return outcome.kind === 'reserved' ? outcome.id : 0
}

test('what is set aside cannot be spent by another job, and what was not charged can', t => {
  const path = place(t)
  const [mine, other] = [opened(t, path), opened(t, path)]
  const id = reserve(mine, 0.006, 0.01)
  assert.deepEqual(other.reserve('2026-11', 0.006, 0.01), { kind: 'too_dear', spentUsd: 0.006 })
  mine.settle(id, cost(0.003))
  reserve(other, 0.006, 0.01)
  mine.settle(reserve(mine, 0.001, 0.01), null)
  assert.deepEqual(mine.reserve('2026-11', 0.002, 0.01), { kind: 'too_dear', spentUsd: 0.009 })
})

test('what a job had set aside when it died counts as spent', t => {
  const path = place(t)
  const died = new Spending(path)
  reserve(died, 0.5, null)
  died.close()
  assert.deepEqual(opened(t, path).reserve('2026-11', 0.6, 1), { kind: 'too_dear', spentUsd: 0.5 })
})

test('each month begins anew, and a year is kept', t => {
  const spending = opened(t, place(t))
  spending.settle(reserve(spending, 1, 1, '2025-11'), cost(1))
  reserve(spending, 1, 1, '2026-11')
  assert.equal(spending.reserve('2025-11', 1, 1).kind, 'too_dear')
  reserve(spending, 1, 1, '2026-12')
  assert.equal(spending.reserve('2025-11', 1, 1).kind, 'reserved')
})

test('a settlement counts once, and amounts under a millionth still count', t => {
  const spending = opened(t, place(t))
  const id = reserve(spending, 0.5, 1)
  spending.settle(id, cost(0.5))
  spending.settle(id, cost(0.5))
  reserve(spending, 0.5, 1)
  assert.equal(spending.reserve('2026-11', 0.000_000_1, 1).kind, 'too_dear')
})
