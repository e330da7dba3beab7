import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoWorkflow, startTestHub } from '../../../test/support/running-hub.ts'

const echo = '.github/workflows/echo.yml'
const valid = { ref: 'main', inputs: { text: 'hello' } }

async function messageOf(answer: Response): Promise<[number, string]> {
  const body = (await answer.json()) as { message: string; documentation_url: string; status: string }
  assert.equal(body.status, String(answer.status))
  assert.match(body.documentation_url, /^https:\/\/docs\.github\.com/)
  return [answer.status, body.message]
}

test('A dispatch answers 204 with the default version of the API', async t => {
  const { dispatch } = await startTestHub(t)
  const answer = await dispatch('echo.yml', valid)
  assert.equal(answer.status, 204)
  assert.equal(await answer.text(), '')
})

test('A dispatch that asks for details names the run it started', async t => {
  const { dispatch, json, hub } = await startTestHub(t)
  const answer = await dispatch('echo.yml', { ...valid, return_run_details: true })
  const details = (await answer.json()) as { workflow_run_id: number; run_url: string; html_url: string }
  assert.equal(answer.status, 200)
  assert.deepEqual(details, {
    workflow_run_id: details.workflow_run_id,
    run_url: `${hub.apiUrl}/repos/octo/queue/actions/runs/${details.workflow_run_id}`,
    html_url: `${hub.serverUrl}/octo/queue/actions/runs/${details.workflow_run_id}`,
  })
  const run = await json(`/actions/runs/${details.workflow_run_id}`)
  assert.deepEqual(pick(run.body, ['display_title', 'status', 'head_branch', 'event', 'path', 'name']), {
    display_title: 'Echo hello',
    status: 'queued',
    head_branch: 'main',
    event: 'workflow_dispatch',
    path: echo,
    name: 'Echo',
  })
})

function pick(value: unknown, names: readonly string[]): Record<string, unknown> {
  const object = value as Record<string, unknown>
  return Object.fromEntries(names.map(name => [name, object[name]]))
}

test('Version 2026-03-10 always answers with details', async t => {
  const { dispatch } = await startTestHub(t)
  const answer = await dispatch('echo.yml', valid, { 'X-GitHub-Api-Version': '2026-03-10' })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('X-GitHub-Api-Version-Selected'), '2026-03-10')
})

test('An unknown workflow is 404', async t => {
  const { dispatch } = await startTestHub(t)
  assert.deepEqual(await messageOf(await dispatch('nope.yml', valid)), [404, 'Not Found'])
})

test('A ref that does not exist is 422 and names it', async t => {
  const { dispatch } = await startTestHub(t)
  for (const ref of ['nope', '--output=/tmp/x', 'main:../..']) {
    assert.deepEqual(await messageOf(await dispatch('echo.yml', { ...valid, ref })), [
      422,
      `No ref found for: ${ref}`,
    ])
  }
})

test('A bare commit is no ref to dispatch on, as on GitHub', async t => {
  const { dispatch, repository } = await startTestHub(t)
  const ref = repository.git('rev-parse', 'HEAD').trim()
  const answer = await dispatch('echo.yml', { ref, inputs: { text: 'a' } })
  assert.equal(answer.status, 422)
  assert.match(await answer.text(), /No ref found for: /)
})

test('A body that is too large is refused, and the next request is answered', async t => {
  const { dispatch } = await startTestHub(t)
  const answer = await dispatch('echo.yml', { ref: 'main', inputs: { text: 'x'.repeat(4 * 1024 * 1024) } })
  assert.equal(answer.status, 413)
  assert.equal((await dispatch('echo.yml', { ref: 'main', inputs: { text: 'a' } })).status, 204)
})

test('A body without a ref is 422', async t => {
  const { dispatch } = await startTestHub(t)
  const [status, message] = await messageOf(await dispatch('echo.yml', { inputs: {} }))
  assert.equal(status, 422)
  assert.match(message, /"ref" wasn't supplied/)
})

test('Unknown and missing inputs are 422 and named', async t => {
  const { dispatch, json } = await startTestHub(t)
  const unknown = await dispatch('echo.yml', { ref: 'main', inputs: { text: 'x', colour: 'red' } })
  assert.deepEqual(await messageOf(unknown), [422, 'Unexpected inputs provided: ["colour"]'])
  const missing = await dispatch('echo.yml', { ref: 'main', inputs: {} })
  assert.deepEqual(await messageOf(missing), [422, "Required input 'text' not provided"])
  assert.deepEqual((await json('/actions/runs')).body, { total_count: 0, workflow_runs: [] })
})

test('A workflow without the trigger is 422', async t => {
  const { dispatch } = await startTestHub(t, {
    [echo]: 'on: push\njobs: {a: {runs-on: x, steps: [{run: echo}]}}\n',
  })
  const answer = await dispatch('echo.yml', { ref: 'main' })
  assert.deepEqual(await messageOf(answer), [422, "Workflow does not have 'workflow_dispatch' trigger"])
})

test('A workflow with an unsupported key is 422 with file and line, and starts nothing', async t => {
  const { dispatch } = await startTestHub(t, { [echo]: `${echoWorkflow}    services: {db: {image: x}}\n` })
  const [status, message] = await messageOf(await dispatch('echo.yml', valid))
  assert.equal(status, 422)
  assert.match(message, /^\.github\/workflows\/echo\.yml:\d+/)
})

test("The dispatched ref's copy of the workflow counts", async t => {
  const { dispatch, repository } = await startTestHub(t)
  repository.git('checkout', '--quiet', '-b', 'other')
  repository.commit({ [echo]: echoWorkflow.replace('required: true', 'default: hi') })
  assert.equal((await dispatch('echo.yml', { ref: 'other' })).status, 204)
  assert.equal((await dispatch('echo.yml', { ref: 'main' })).status, 422)
})

test('Uncommitted workflow edits are named at the start and in the answer', async t => {
  const { dispatch, repository } = await startTestHub(t)
  repository.write({ [echo]: `${echoWorkflow}# edited\n` })
  const answer = await dispatch('echo.yml', valid)
  assert.equal(answer.status, 204)
  assert.match(
    answer.headers.get('X-RelayQ-Warning') ?? '',
    /commit them first: \.github\/workflows\/echo\.yml$/,
  )
  repository.commit({})
  assert.equal((await dispatch('echo.yml', valid)).headers.get('X-RelayQ-Warning'), null)
})

test('A body that is not a JSON object is 400', async t => {
  const { request } = await startTestHub(t)
  const post = (body: string) => request('/actions/workflows/echo.yml/dispatches', { method: 'POST', body })
  assert.deepEqual(await messageOf(await post('{')), [400, 'Problems parsing JSON'])
  assert.deepEqual(await messageOf(await post('[]')), [400, 'Body should be a JSON object'])
  assert.equal((await post(`{"ref":"${'x'.repeat(2 ** 20)}"}`)).status, 413)
})
