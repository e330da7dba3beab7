import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { shippedWorkflows } from '../../test/support/shipped-workflows.ts'
import { findKind, kindOfPooledWorkflow, kinds, ownInputs } from './kinds.ts'

interface ShippedWorkflow {
  readonly on: { readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, unknown>> } }
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[]
      }
    >
  >
}

for (const { name, workflow, inputs } of kinds) {
  test(`the workflow of ${name} declares its inputs and RelayQ's own, and hands each of its inputs on`, () => {
    const shipped = parse(shippedWorkflows[workflow] ?? '') as ShippedWorkflow
    const names = inputs.filter(({ forSubmit }) => !forSubmit).map(input => input.name)
    const declared = Object.keys(shipped.on.workflow_dispatch.inputs)
    assert.deepEqual(declared.toSorted(), [...names, ...ownInputs].toSorted())
    const steps = Object.values(shipped.jobs).flatMap(job => job.steps)
    const step = steps.find(({ run }) => run === `relayq run-job ${name}`)
    const handed = Object.entries(step?.env ?? {}).filter(([key]) => key.startsWith('RELAYQ_INPUT_'))
    assert.deepEqual(
      handed,
      names.map(input => [`RELAYQ_INPUT_${input.toUpperCase()}`, `\${{ inputs.${input} }}`]),
    )
    assert.equal(kindOfPooledWorkflow(workflow), findKind(name))
  })
}
