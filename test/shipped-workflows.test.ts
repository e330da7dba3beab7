import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { kinds } from '../src/model/kinds.ts'
import { shippedWorkflows as table } from '../src/model/shipped-workflows.ts'
import { parsePolicy } from '../src/policy/parse.ts'
import { shippedWorkflows as files } from './support/shipped-workflows.ts'

const policy = readFileSync(new URL('../policy/policy.yaml', import.meta.url), 'utf8')

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

interface Step {
  readonly id?: string
  readonly run?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
}

test('the table of shipped workflows names each file of .github/workflows, and no other', () => {
  assert.deepEqual(table.map(({ file }) => file).toSorted(), Object.keys(files).toSorted())
})

for (const { name, workflow } of kinds) {
  test(`the kind ${name} has its workflow among those, and a route in the policy that is shipped`, () => {
    assert.equal(table.find(({ file }) => file === workflow)?.kind, name)
    assert.ok(parsePolicy(policy, 'policy.yaml').routes.has(name))
  })
}

for (const { file, kind } of table) {
  test(`${file} does the work of its kind, and uploads what that leaves`, () => {
    const workflow: Workflow = parse(files[file] ?? '')
    const steps = Object.values(workflow.jobs).flatMap(job => job.steps)
    const step = steps.find(({ id }) => id === 'job')
    if (kind !== null) assert.equal(step?.run, `relayq run-job ${kind}`)
    const upload = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))
    assert.equal(upload?.with?.['name'], 'result')
    assert.equal(upload?.with?.['path'], `\${{ steps.job.outputs.dir }}`)
  })
}
