import assert from 'node:assert/strict'
import type { ConformanceApi } from '../conformance-api.ts'

/** One run at a time; a matrix that fails fast, and a job that needs it; what runs and jobs are before, while and after they run. */
export const stateFiles = {
  '.github/workflows/echo.yml': `on: workflow_dispatch
concurrency: one-at-a-time
jobs:
  first:
    runs-on: [self-hosted, echo]
    strategy: {matrix: {letter: [a, b]}}
    steps: [{run: echo}]
  second:
    needs: first
    runs-on: [self-hosted, echo]
    steps: [{run: echo}]
`,
}

const runs = 'GET /repos/{owner}/{repo}/actions/runs'

export async function stateScenario(api: ConformanceApi): Promise<void> {
  const running = await start(api)
  const pending = await start(api)
  assert.equal(await stateOf(api, pending), 'pending')
  const runner = await api.hub.runner('mac', ['self-hosted', 'echo'])
  const job = await runner.takeJob()
  assert.equal(await stateOf(api, running), 'in_progress')
  await job.complete('failed')
  assert.equal(await stateOf(api, running), 'completed: failure')
  assert.equal(await stateOf(api, pending), 'queued')
  const replaced = await start(api)
  await start(api)
  assert.equal(await stateOf(api, replaced), 'completed: cancelled')
  await api.call(runs, {}, { status: 200 })
}

async function start(api: ConformanceApi): Promise<number> {
  const dispatch = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches'
  const request = { workflow_id: 'echo.yml', ref: 'main', return_run_details: true }
  const { body } = await api.call(dispatch, request, { status: 200 })
  return Number(body['workflow_run_id'])
}

/** The jobs are asked for, too: theirs is the form that differs most. */
async function stateOf(api: ConformanceApi, run_id: number): Promise<string> {
  await api.call(`${runs}/{run_id}/jobs`, { run_id }, { status: 200 })
  const { body } = await api.call(`${runs}/{run_id}`, { run_id }, { status: 200 })
  return body['conclusion'] === null ? String(body['status']) : `${body['status']}: ${body['conclusion']}`
}
