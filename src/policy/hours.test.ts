import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatTimeOfDay, type Hours, isTimeZone, nextStart, parseTimeOfDay } from './hours.ts'

const berlin = (from: string, to: string): Hours => ({
  from: parseTimeOfDay(from) ?? -1,
  to: parseTimeOfDay(to) ?? -1,
  timeZone: 'Europe/Berlin',
})

describe('hours', () => {
  const table: readonly [string, string, string, string | null][] = [
    // In winter Berlin is an hour ahead of UTC, in summer two.
    ['22:00', '07:00', '2026-01-10T21:30:00Z', null],
    ['22:00', '07:00', '2026-01-10T05:59:59Z', null],
    ['22:00', '07:00', '2026-01-10T06:00:00Z', '2026-01-10T21:00:00.000Z'],
    ['22:00', '07:00', '2026-01-10T20:59:59Z', '2026-01-10T21:00:00.000Z'],
    ['22:00', '07:00', '2026-07-10T12:00:00Z', '2026-07-10T20:00:00.000Z'],
    ['09:00', '17:00', '2026-01-10T17:00:00Z', '2026-01-11T08:00:00.000Z'],
    ['09:00', '17:00', '2026-01-10T08:00:00Z', null],
    // The clock goes forward in the night of 29 March and back in that of 25 October.
    ['09:00', '17:00', '2026-03-28T20:00:00Z', '2026-03-29T07:00:00.000Z'],
    ['09:00', '17:00', '2026-10-24T20:00:00Z', '2026-10-25T08:00:00.000Z'],
    // 02:30 does not happen on 29 March: 03:30 is as long after midnight.
    ['02:30', '05:00', '2026-03-28T22:00:00Z', '2026-03-29T01:30:00.000Z'],
  ]
  for (const [from, to, now, expected] of table) {
    it(`from ${from} to ${to} in Berlin, at ${now}: ${expected ?? 'now'}`, () => {
      const start = nextStart(berlin(from, to), Date.parse(now))
      assert.equal(start === null ? null : new Date(start).toISOString(), expected)
    })
  }

  it('reads and writes times of day', () => {
    assert.deepEqual(['22:00', '7:05', '00:00', '23:59'].map(parseTimeOfDay), [1320, 425, 0, 1439])
    assert.deepEqual(['24:00', '12', '12:60', '', '1200'].map(parseTimeOfDay), [null, null, null, null, null])
    assert.equal(formatTimeOfDay(425), '07:05')
  })

  it('knows the time zones Intl knows', () => {
    assert.deepEqual(['Europe/Berlin', 'UTC', 'Berlin', ''].map(isTimeZone), [true, true, false, false])
  })
})
