import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timesFor } from './times.ts'

const now = new Date(2026, 10, 23, 12, 0, 0)
const before = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()

test('a person reads how long ago it was, and the local time', () => {
  const { age, at } = timesFor({ isTTY: true }, now)
  const ages = [-5, 59, 60, 7_199, 7_200, 86_400, 9_000_000].map(seconds => age(before(seconds)))
  assert.deepEqual(ages, ['0 s ago', '59 s ago', '1 min ago', '1 h ago', '2 h ago', '1 d ago', '104 d ago'])
  assert.equal(at(before(61)), '11:58:59')
  assert.equal(at(before(86_400)), '2026-11-22 12:00:00')
})

test('a program reads ISO 8601', () => {
  const { age, at } = timesFor({ isTTY: false }, now)
  const time = before(61)
  assert.deepEqual([age(time), at(time)], [time, time])
})

test('Times in a sentence of the queue are shown as all are', () => {
  const now = new Date(2026, 0, 1, 12)
  const at = new Date(2026, 0, 1, 22, 30).toISOString()
  const sentence = `not before ${at}; macmini is away`
  assert.equal(timesFor({ isTTY: false }, now).within(sentence), sentence)
  assert.equal(timesFor({ isTTY: true }, now).within(sentence), 'not before 22:30:00; macmini is away')
})
