import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatDuration, parseDuration, roughDuration } from './duration.ts'

describe('durations', () => {
  const written: readonly [string, number][] = [
    ['0s', 0],
    ['90s', 90],
    ['10m', 600],
    ['2h', 7200],
    ['1h30m', 5400],
    ['7d', 604_800],
    ['1d2h3m4s', 93_784],
  ]
  for (const [text, seconds] of written) {
    it(`reads ${text} as ${seconds} s`, () => assert.equal(parseDuration(text), seconds))
  }

  for (const text of ['', '10', '10 m', '-1m', '1.5h', '30m1h', '10M', 'm', '1h ', '999999999s']) {
    it(`reads ${JSON.stringify(text)} as nothing`, () => assert.equal(parseDuration(text), null))
  }

  it('writes what it reads', () => {
    for (const seconds of [0, 1, 59, 60, 61, 3600, 5400, 86_399, 86_400, 93_784]) {
      assert.equal(parseDuration(formatDuration(seconds)), seconds)
    }
    assert.equal(formatDuration(5400), '1h30m')
    assert.equal(formatDuration(-3), '0s')
  })

  it('tells an estimate in the unit people think in', () => {
    const words = [1, 40, 89, 90, 2_100, 5_399, 5_400, 9_000, 7_200].map(roughDuration)
    assert.deepEqual(words, [
      'about 1 second',
      'about 40 seconds',
      'about 89 seconds',
      'about 2 minutes',
      'about 35 minutes',
      'about 90 minutes',
      'about 1.5 hours',
      'about 2.5 hours',
      'about 2 hours',
    ])
  })
})
