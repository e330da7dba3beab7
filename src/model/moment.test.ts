import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMoment } from './moment.ts'

test('a moment is seconds, or minutes and seconds, or hours too', () => {
  const moments = {
    '0': 0,
    '7': 7,
    '90': 90,
    '90.25': 90.25,
    '1:30': 90,
    '00:07.5': 7.5,
    '01:02:03': 3723,
    '99:59:59': 359_999,
  }
  for (const [text, seconds] of Object.entries(moments)) assert.equal(readMoment(text), seconds, text)
})

test('what is none is null', () => {
  for (const text of [
    '',
    '-1',
    '1e3',
    '1:60',
    '1:75:00',
    '1:2:3:4',
    ':30',
    '30s',
    '1h',
    '1.2345',
    '10000000',
    '1:30\n',
  ])
    assert.equal(readMoment(text), null, text)
})
