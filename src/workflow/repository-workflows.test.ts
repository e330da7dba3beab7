import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parseWorkflow } from './parse.ts'

const folder = new URL('../../.github/workflows/', import.meta.url)

for (const file of readdirSync(folder)) {
  test(`${file} of this repository is a workflow that can be dispatched`, async () => {
    const path = `.github/workflows/${file}`
    const workflow = await parseWorkflow(path, readFileSync(new URL(file, folder), 'utf8'))
    assert.equal(workflow.path, path)
    assert.ok(workflow.dispatch?.inputs.some(input => input.name === 'relayq_id'))
    assert.equal(workflow.jobs.length, 1)
  })
}
