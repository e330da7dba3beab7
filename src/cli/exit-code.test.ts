import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCodes } from '../base/errors.ts'
import { worstOf } from './exit-code.ts'

test('A command over several jobs ends as the worst of them', () => {
  assert.equal(worstOf([]), 0)
  assert.equal(worstOf([0, 0]), 0)
  assert.equal(worstOf([0, 3, 75]), 75)
  assert.equal(worstOf([75, 1, 3]), 1)
  assert.equal(worstOf([1, 5, 0]), 5)
  for (const code of Object.values(errorCodes)) assert.equal(worstOf([0, code, 0]), code)
})
