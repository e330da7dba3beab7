import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PrimaryLimit } from './faults/fault.ts'
import { RateLimits } from './rate-limits.ts'

const owner = { kind: 'owner' } as const
const token = { kind: 'token', id: 1, scope: 'read' } as const

function limitsOf(bounds: PrimaryLimit | null) {
  const state = { now: 1_000_500, bounds }
  const limits = new RateLimits(
    () => state.now,
    () => state.bounds,
  )
  return { limits, state }
}

test('A hub that was not told to limits nobody', () => {
  const { limits } = limitsOf(null)
  for (let n = 0; n < 10; n += 1) limits.count(owner)
  assert.equal(limits.read(owner).used, 10)
  assert.equal(limits.refuses(owner), false)
})

test('Each caller has the limit to itself, until the window that its first request began is over', () => {
  const { limits, state } = limitsOf({ kind: 'primary_limit', limit: 2, window_seconds: 60 })
  assert.deepEqual(limits.count(owner), { limit: 2, used: 1, remaining: 1, reset: 1061 })
  assert.equal(limits.refuses(owner), false)
  limits.count(owner)
  assert.equal(limits.refuses(owner), true)
  assert.equal(limits.refuses(token), false)
  state.now = limits.read(owner).reset * 1000
  assert.equal(limits.refuses(owner), false)
})

test('A limit of nothing has a reset all the same, which does not move with each refusal', () => {
  const { limits, state } = limitsOf({ kind: 'primary_limit', limit: 0 })
  assert.equal(limits.refuses(owner), true)
  const { reset } = limits.refuse(owner)
  state.now += 1_000_000
  assert.deepEqual(limits.refuse(owner), { limit: 0, used: 0, remaining: 0, reset })
})

test('A new limit begins a new window, and so does the end of one', () => {
  const { limits, state } = limitsOf({ kind: 'primary_limit', limit: 1 })
  limits.count(owner)
  state.bounds = { kind: 'primary_limit', limit: 1 }
  assert.equal(limits.refuses(owner), false)
  limits.count(owner)
  state.bounds = null
  assert.equal(limits.read(owner).used, 0)
})
