import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createdRange } from './created-filter.ts'

const noon = Date.UTC(2026, 0, 1, 12)
const day = 24 * 3600 * 1000

test("GitHub's date searches become ranges", () => {
  const midnight = Date.UTC(2026, 0, 1)
  assert.deepEqual(createdRange('>=2026-01-01T12:00:00Z'), { from: noon, before: null })
  assert.deepEqual(createdRange('>2026-01-01'), { from: midnight + day, before: null })
  assert.deepEqual(createdRange('<=2026-01-01'), { from: null, before: midnight + day })
  assert.deepEqual(createdRange('<2026-01-01T12:00:00Z'), { from: null, before: noon })
  assert.deepEqual(createdRange('2026-01-01'), { from: midnight, before: midnight + day })
  assert.deepEqual(createdRange('2026-01-01..2026-01-02'), { from: midnight, before: midnight + 2 * day })
  assert.deepEqual(createdRange('*..2026-01-01'), { from: null, before: midnight + day })
})

test('what is no date filters nothing', () => {
  for (const search of ['', 'yesterday', '>=', '..', '*..*']) {
    assert.deepEqual(createdRange(search), { from: null, before: null })
  }
})
