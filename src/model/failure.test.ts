import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureClasses, retryableFailures } from './failure.ts'

test('what fails anywhere, or was ended on purpose, is never tried again', () => {
  const rest = Object.keys(failureClasses).filter(name => !retryableFailures.some(known => known === name))
  // It goes out again whatever a policy retries.
  assert.equal(rest.shift(), 'interrupted')
  assert.deepEqual(rest, [
    'bad_input',
    'not_allowed',
    'own_failure',
    'cancelled',
    'superseded',
    'dependency',
    'unknown',
  ])
})
