import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deadlines, judgeVersions } from './runner-versions.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

function judge(version: string | null, jobs: string | null | undefined) {
  const known: Deadlines | null = jobs === undefined ? null : { jobs }
  const [found] = judgeVersions([{ runner: 'macmini', version }], new Map([[version ?? '', known]]), now)
  return [found?.severity, found?.what]
}

test('A version below the floor is a problem, one with a near end a warning, one past it a problem', () => {
  assert.deepEqual(judge('2.328.9', undefined), ['problem', 'macmini: version 2.328.9 is older than 2.329.0'])
  assert.equal(judge('2.329.0', undefined)[0], 'ok')
  assert.equal(judge('3.0.0', undefined)[0], 'ok')
  assert.deepEqual(judge('2.340.0', '2026-12-01T00:00:00Z'), [
    'warning',
    'macmini: version 2.340.0 gets no jobs from 2026-12-01 on',
  ])
  assert.equal(judge('2.340.0', '2026-11-01T00:00:00Z')[0], 'problem')
  assert.equal(judge('2.340.0', '2027-02-01T00:00:00Z')[0], 'ok')
})

test('What the broker does not tell is said', () => {
  assert.deepEqual(judge('2.340.0', undefined), ['ok', '2.340.0 (macmini); the broker tells no deadlines'])
  assert.deepEqual(judge(null, undefined), ['ok', 'unknown version (macmini); the broker tells no deadlines'])
})
