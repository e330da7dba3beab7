import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ok, unseen } from '../provision/doctor/finding.ts'
import { countFindings } from './findings.ts'

test('What is told once is counted once', () => {
  const silent = ['workflows', 'waiting runs'].map(check => unseen(check, 'nobody answers'))
  assert.equal(countFindings([...silent, ok('disk', 'free')]), '0 problems, 1 warning, 1 well')
  assert.equal(countFindings([...silent, unseen('disk', 'hidden')]), '0 problems, 2 warnings, 0 well')
})
