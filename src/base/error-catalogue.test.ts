import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorCatalogue, exitCodes } from './error-catalogue.ts'
import { errorCodes } from './errors.ts'

test('every exit code of an error is explained, once and in order', () => {
  const listed = exitCodes.map(({ code }) => code)
  assert.deepEqual(
    listed,
    [...new Set([0, ...Object.values(errorCodes)])].toSorted((a, b) => a - b),
  )
})

test('every error says in a sentence each what it is and what mends it, in the order of the codes', () => {
  assert.deepEqual(Object.keys(errorCatalogue), Object.keys(errorCodes))
  for (const [code, { meaning, mend }] of Object.entries(errorCatalogue)) {
    assert.match(`${meaning}\n${mend}`, /^[A-Z].{10,150}[.]\n[A-Z].{10,150}[.]$/, code)
  }
})
