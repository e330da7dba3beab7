import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RelayError } from '../../base/errors.ts'
import { judgePolicy, policyCheck } from './policy.ts'

test('A policy that cannot be read is a problem with its place, none at all is a warning', async () => {
  const refusal = new RelayError('invalid_policy', 'policy.yaml:3:5: unknown key "prefers".', {
    hint: 'Did you mean prefer?',
  })
  const found = judgePolicy(refusal)
  assert.deepEqual([found.severity, found.what], ['problem', 'policy.yaml:3:5: unknown key "prefers".'])
  assert.match(found.why ?? '', /Did you mean prefer\?$/)
  assert.equal(judgePolicy(null).severity, 'warning')
  const look = policyCheck(async () => {
    throw refusal
  })
  assert.equal((await look.look(new AbortController().signal))[0]?.severity, 'problem')
})
