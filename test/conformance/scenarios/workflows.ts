import assert from 'node:assert/strict'
import { echoWorkflow } from '../../support/running-hub.ts'
import type { ConformanceApi } from '../conformance-api.ts'

export const workflowFiles = {
  '.github/workflows/echo.yml': echoWorkflow,
  '.github/workflows/on-push.yml': 'on: push\njobs: {a: {runs-on: self-hosted, steps: [{run: echo}]}}\n',
}

export async function workflowScenario(api: ConformanceApi): Promise<void> {
  const list = 'GET /repos/{owner}/{repo}/actions/workflows'
  await api.call(list, {}, { status: 200 })
  await api.call(list, { per_page: 1 }, { status: 200 })
  await api.call(list, { per_page: 1, page: 2 }, { status: 200 })
  const get = `${list}/{workflow_id}`
  const { body } = await api.call(get, { workflow_id: 'echo.yml' }, { status: 200 })
  await api.call(get, { workflow_id: Number(body['id']) }, { status: 200 })
  await api.call(get, { workflow_id: 'none.yml' }, { status: 404 })
  await api.call(`${get}/timing`, { workflow_id: 'echo.yml' }, { status: 200 })
  await api.call(`${get}/timing`, { workflow_id: 'none.yml' }, { status: 404 })
}

export async function disabledWorkflowScenario(api: ConformanceApi): Promise<void> {
  const workflow = '/repos/{owner}/{repo}/actions/workflows/{workflow_id}'
  const [echo, none] = [{ workflow_id: 'echo.yml' }, { workflow_id: 'none.yml' }]
  await api.call(`PUT ${workflow}/disable`, echo, { status: 204 })
  await api.call(`PUT ${workflow}/disable`, none, { status: 404 })
  const { body } = await api.call(`GET ${workflow}`, echo, { status: 200 })
  assert.equal(body['state'], 'disabled_manually')
  const dispatch = { ...echo, ref: 'main', inputs: { text: 'hello' } }
  const refused = await api.call(`POST ${workflow}/dispatches`, dispatch, { status: 422 })
  assert.equal(refused.body['message'], "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
  await api.call(`PUT ${workflow}/enable`, echo, { status: 204 })
  await api.call(`PUT ${workflow}/enable`, none, { status: 404 })
  await api.call(`POST ${workflow}/dispatches`, dispatch, { status: 204 })
}

export async function repositoryDispatchScenario(api: ConformanceApi): Promise<void> {
  const dispatch = 'POST /repos/{owner}/{repo}/dispatches'
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`member${index}`, index]))
  await api.call(dispatch, { event_type: 'build', client_payload: { what: ['roofs'] } }, { status: 204 })
  const refused = [
    {},
    { event_type: 5 },
    { event_type: 'x'.repeat(101) },
    { event_type: 'build', client_payload: 'roofs' },
    { event_type: 'build', client_payload: many },
    { event_type: 'build', client_payload: { what: 'x'.repeat(65_536) } },
  ]
  for (const request of refused) await api.call(dispatch, request, { status: 422 })
}

export async function dispatchScenario(api: ConformanceApi): Promise<void> {
  const dispatch = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches'
  const request = { workflow_id: 'echo.yml', ref: 'main', inputs: { text: 'hello' } }
  const newest = { 'X-GitHub-Api-Version': '2026-03-10' }
  await api.call(dispatch, request, { status: 204 })
  await api.call(dispatch, { ...request, return_run_details: true }, { status: 200 })
  await api.call(dispatch, request, { status: 200, headers: newest })
  const refused = [
    { ref: null },
    { ref: 'no-such-branch' },
    { inputs: 'text' },
    { inputs: {} },
    { inputs: { text: 'hello', unknown: 'x' } },
    { workflow_id: 'on-push.yml' },
  ]
  for (const change of refused) await api.call(dispatch, { ...request, ...change }, { status: 422 })
  await api.call(dispatch, { ...request, workflow_id: 'none.yml' }, { status: 404 })
  await api.call(dispatch, request, { status: 400, rawBody: '{' })
  await api.call(dispatch, request, { status: 400, rawBody: '[]' })
  await api.call(dispatch, request, { status: 413, rawBody: `{"ref":"${'x'.repeat(1024 * 1024)}"}` })
}
