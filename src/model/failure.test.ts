import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureClasses, retryableFailures } from './failure.ts'

test('what fails anywhere, or was ended on purpose, is never tried again', () => {
  const final = Object.keys(failureClasses).filter(name => !retryableFailures.some(known => known === name))
  assert.deepEqual(final, [
    'bad_input',
    'not_allowed',
    'own_failure',
    'cancelled',
    'superseded',
    'dependency',
    'unknown',
  ])
})
