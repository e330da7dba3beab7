import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeUser } from './user.ts'

test('Root is warned of, any other user is well', () => {
  assert.equal(judgeUser(0).severity, 'warning')
  assert.equal(judgeUser(1000).severity, 'ok')
  assert.equal(judgeUser(null).severity, 'ok')
})
