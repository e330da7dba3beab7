import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { errorsPageFile, renderErrorsPage } from './support/errors-page.ts'

test('the page of errors says what the table of codes says', () => {
  const isCurrent = readFileSync(errorsPageFile, 'utf8') === renderErrorsPage()
  assert.ok(isCurrent, 'Run: node test/write-errors-page.ts')
})
