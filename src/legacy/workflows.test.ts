import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { shippedWorkflows } from '../model/shipped-workflows.ts'
import { queueOfLabels } from './label-queues.ts'
import { declaredInputs, planRun } from './workflows.ts'

interface ShippedWorkflow {
  readonly 'run-name': string
  readonly on: { readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, unknown>> } }
  readonly jobs: Readonly<Record<string, { readonly 'runs-on': string }>>
}

for (const workflow of shippedWorkflows) {
  test(`Redis mode knows ${workflow.file} as it is on GitHub`, () => {
    const path = new URL(`../../.github/workflows/${workflow.file}`, import.meta.url)
    const shipped: ShippedWorkflow = parse(readFileSync(path, 'utf8'))
    const declared = Object.keys(shipped.on.workflow_dispatch.inputs)
    assert.deepEqual(declaredInputs(workflow).toSorted(), declared.toSorted())
    const [job] = Object.values(shipped.jobs)
    const usual = /'(\[.*\])'/.exec(job?.['runs-on'] ?? '')?.[1] ?? ''
    assert.deepEqual(workflow.runsOn, JSON.parse(usual))
    // It has no runs of scripts to call by their name.
    if (workflow.kind === 'command') return
    const title = `${workflow.name || `\${{ inputs.kind }}`} [\${{ inputs.relayq_id }}]`
    assert.equal(shipped['run-name'], title)
  })
}

test('a run goes to the labels it asks for, else to the usual ones of its workflow', () => {
  const plan = (inputs: Readonly<Record<string, string>>) =>
    planRun({
      workflow: 'transcribe_mac.yml',
      ref: 'main',
      inputs: { url: 'https://example.com/a', ...inputs },
    })
  const labels = (inputs: Readonly<Record<string, string>>) => {
    const planned = plan(inputs)
    return planned.kind === 'run' ? planned.run.labels : planned.message
  }
  assert.deepEqual(labels({}), ['self-hosted', 'macmini'])
  assert.deepEqual(labels({ runs_on: '["self-hosted", "RPi4"]' }), ['self-hosted', 'RPi4'])
  assert.match(String(labels({ runs_on: 'rpi4' })), /runs_on cannot be "rpi4"/)
  assert.match(String(labels({ runs_on: '[]' })), /runs_on cannot be/)
  for (const wrong of ['soon', '0', '-5', 'Infinity']) {
    assert.match(String(labels({ timeout_minutes: wrong })), /timeout_minutes cannot be/, wrong)
  }
})

test('job.yml takes the inputs of a kind as one JSON object, and refuses what the kind would', () => {
  const plan = (inputs: string) =>
    planRun({ workflow: 'job.yml', ref: 'main', inputs: { kind: 'transcribe', inputs, relayq_id: 'a.1' } })
  const planned = plan('{"url": "https://example.com/a"}')
  assert.equal(planned.kind === 'run' && planned.run.title, 'transcribe [a.1]')
  for (const wrong of ['[]', '{', '{"url": "file:///etc/passwd"}', '{"colour": "blue"}']) {
    const refused = plan(wrong)
    assert.equal(refused.kind === 'rejected' && refused.status, 422, wrong)
  }
})

test('a script of a repository is refused, since Redis mode has none', () => {
  const inputs = { kind: 'command', inputs: '{"script": "x.sh"}' }
  const refused = planRun({ workflow: 'job.yml', ref: 'main', inputs })
  assert.match(
    refused.kind === 'rejected' ? refused.message : '',
    /no repository, and command jobs are scripts/,
  )
})

test('the same labels are the same queue, in any order and case, and no colon gets into its name', () => {
  assert.equal(queueOfLabels(['self-hosted', 'Audio']), queueOfLabels(['AUDIO', 'Self-Hosted', 'audio']))
  assert.doesNotMatch(queueOfLabels(['a:b', 'c+d', '{x}']), /[:{}]/)
})
