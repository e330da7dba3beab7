import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { RelayError } from '../base/errors.ts'
import { parseWorkflow } from './parse.ts'

/** Each file says in its first line how its refusal begins, after `FILE:`. */
const folder = new URL('../../test/workflows/refused/', import.meta.url)

for (const file of readdirSync(folder)) {
  const content = readFileSync(new URL(file, folder), 'utf8')
  const expected = /^# refused: (.*)\n/.exec(content)?.[1]

  test(`${file} is refused: ${expected}`, async () => {
    await assert.rejects(parseWorkflow(file, content), error => {
      assert.ok(error instanceof RelayError)
      assert.equal(error.code, 'invalid_workflow')
      assert.ok(error.hint, 'a refusal says what to do next')
      const prefix = /^\d/.test(expected ?? '') ? `${file}:` : ''
      assert.ok(expected && error.message.includes(`${prefix}${expected}`), error.message)
      return true
    })
  })
}
