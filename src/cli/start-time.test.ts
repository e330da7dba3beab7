import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStart, startOf } from './start-time.ts'

const noon = new Date(2026, 10, 25, 12, 0, 30)

function started(flags: { readonly at?: string; readonly in?: string }): number | null {
  const start = parseStart(flags)
  return start && Date.parse(startOf(start, noon))
}

test('A start is a local clock time of today or tomorrow, a moment, or a while from now', () => {
  assert.equal(started({}), null)
  assert.equal(started({ at: '12:01' }), new Date(2026, 10, 25, 12, 1).getTime())
  assert.equal(started({ at: '12:00' }), new Date(2026, 10, 26, 12, 0).getTime())
  assert.equal(started({ at: '7:05' }), new Date(2026, 10, 26, 7, 5).getTime())
  assert.equal(started({ at: '2026-12-31T22:30' }), new Date(2026, 11, 31, 22, 30).getTime())
  assert.equal(started({ at: '2026-12-31T22:30:00+02:00' }), Date.UTC(2026, 11, 31, 20, 30))
  assert.equal(started({ in: '1h30m' }), noon.getTime() + 5_400_000)
})

test('A start that is no time is refused', () => {
  for (const at of ['', 'noon', '24:00', '12:60', '2026-02-30T10:00', '2026-01-01', '2026-01-01T25:00Z']) {
    assert.throws(() => parseStart({ at }), { code: 'usage' }, at)
  }
  for (const delay of ['', 'soon', '5', '-5m', '9999d']) {
    assert.throws(() => parseStart({ in: delay }), { code: 'usage' }, delay)
  }
  assert.throws(() => parseStart({ at: '12:00', in: '1h' }), { code: 'usage' })
})
