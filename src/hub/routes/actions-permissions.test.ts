import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type HubFixture,
  startPermittedJob,
  startTestHub,
  testToken,
} from '../../../test/support/running-hub.ts'

const pinned = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1'

/** A hub whose `echo.yml` uses these actions. */
async function hubWith(t: TestContext, ...uses: readonly string[]): Promise<HubFixture> {
  const steps = uses.map(action => `{uses: '${action}'}`).join(', ')
  return await startTestHub(t, {
    '.github/workflows/echo.yml': `on: workflow_dispatch
jobs: {echo: {runs-on: [self-hosted, echo], steps: [${steps}]}}
`,
  })
}

async function set(hub: HubFixture, path: string, body: object): Promise<void> {
  const answer = await hub.request(`/actions/permissions${path}`, {
    method: 'PUT',
    body: JSON.stringify(body),
  })
  assert.equal(answer.status, 204, await answer.text())
}

/** The status of a dispatch, and GitHub's words where it was refused. */
async function dispatch(hub: HubFixture): Promise<string> {
  const answer = await hub.dispatch('echo.yml', { ref: 'main' })
  const text = await answer.text()
  return answer.status === 204 ? '204' : `${answer.status} ${JSON.parse(text).message}`
}

test('no run starts while Actions is disabled', async t => {
  const hub = await hubWith(t, pinned)
  await set(hub, '', { enabled: false })
  assert.equal(await dispatch(hub), '422 Actions is disabled for this repository.')
  await set(hub, '', { enabled: true })
  assert.equal(await dispatch(hub), '204')
})

test('an action that is not pinned is refused where pinning is required', async t => {
  const hub = await hubWith(t, pinned, 'actions/cache@v5', './local')
  assert.equal(await dispatch(hub), '204')
  await set(hub, '', { enabled: true, sha_pinning_required: true })
  assert.equal(
    await dispatch(hub),
    '422 The action actions/cache@v5 is not allowed in octo/queue because all actions must be pinned to a full-length commit SHA.',
  )
})

test('selected actions are GitHub’s own and those that a pattern allows, unless one forbids them', async t => {
  const hub = await hubWith(t, pinned, 'someone/tool/sub@v1')
  await set(hub, '', { enabled: true, allowed_actions: 'selected' })
  assert.match(await dispatch(hub), /^422 The action someone\/tool\/sub@v1 is not allowed in octo\/queue/)
  await set(hub, '/selected-actions', { patterns_allowed: ['someone/*@v1'] })
  assert.equal(await dispatch(hub), '204')
  await set(hub, '/selected-actions', { patterns_allowed: ['someone/*', '!*/tool/*'] })
  assert.match(await dispatch(hub), /^422 The action someone/)
  await set(hub, '/selected-actions', { github_owned_allowed: false, patterns_allowed: ['someone/*'] })
  assert.match(await dispatch(hub), /^422 The action actions\/checkout/)
  await set(hub, '', { enabled: true, allowed_actions: 'local_only' })
  assert.match(
    await dispatch(hub),
    /^422 The actions actions\/checkout@\w+ and someone\/tool\/sub@v1 are not allowed/,
  )
})

test('a job without permissions of its own has the default of the repository', async t => {
  const hub = await hubWith(t, pinned)
  const ask = async (token: string) => {
    const cancel = await fetch(`${hub.hub.apiUrl}/repos/octo/queue/actions/runs/999/cancel`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
    })
    return cancel.status
  }
  assert.equal(await dispatch(hub), '204')
  const { githubToken } = await (await hub.runner('mac', ['self-hosted', 'echo'])).takeJob()
  assert.equal(await ask(githubToken), 403)
  await set(hub, '/workflow', { default_workflow_permissions: 'write' })
  assert.equal(await ask(githubToken), 404, 'allowed, and there is no such run')
  const { githubToken: restricted } = await startPermittedJob(hub, '{contents: read}')
  assert.equal(await ask(restricted), 403)
})

test('what a change of the repository leaves out stays as it was', async t => {
  const hub = await startTestHub(t)
  await hub.request('', { method: 'PATCH', body: '{"private": false, "description": "A queue"}' })
  await hub.request('', { method: 'PATCH', body: '{"has_issues": true}' })
  const { body } = await hub.json('')
  const { private: isPrivate, visibility, description, has_issues } = body as Record<string, unknown>
  assert.deepEqual([isPrivate, visibility, description, has_issues], [false, 'public', 'A queue', true])
})

test('a hub makes no repository, and says which one it serves', async t => {
  const { hub } = await startTestHub(t)
  const create = async (name: string) => {
    const answer = await fetch(`${hub.apiUrl}/user/repos`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${testToken}` },
      body: JSON.stringify({ name, private: true }),
    })
    return { status: answer.status, text: await answer.text() }
  }
  assert.match((await create('queue')).text, /name already exists on this account/)
  assert.match((await create('other')).text, /This hub serves octo\/queue/)
})
