import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HubFixture, startTestHub } from '../../../test/support/running-hub.ts'

const job = 'jobs: {a: {runs-on: x, steps: [{run: echo}]}}\n'
const one = '.github/workflows/one.yml'
const files = {
  '.github/workflows/every.yml': `on: repository_dispatch\n${job}`,
  '.github/workflows/some.yml': `on: {repository_dispatch: {types: [build, test]}}\nrun-name: About \${{ github.event.client_payload.what }}\n${job}`,
  [one]: `on: {repository_dispatch: {types: [deploy]}, push: }\n${job}`,
  '.github/workflows/other.yml': `on: workflow_dispatch\n${job}`,
}

async function send(hub: HubFixture, body: object): Promise<number> {
  return (await hub.request('/dispatches', { method: 'POST', body: JSON.stringify(body) })).status
}

async function runs(hub: HubFixture): Promise<readonly string[]> {
  const { body } = await hub.json('/actions/runs?event=repository_dispatch')
  const { workflow_runs } = body as { workflow_runs: readonly { path: string; display_title: string }[] }
  return workflow_runs.map(run => `${run.path.split('/').at(-1)} ${run.display_title}`).sort()
}

test('A repository_dispatch starts every workflow that asks for its type, and none that is disabled', async t => {
  const hub = await startTestHub(t, files)
  assert.equal(await send(hub, { event_type: 'build', client_payload: { what: 'roofs' } }), 204)
  assert.deepEqual(await runs(hub), ['every.yml build', 'some.yml About roofs'])
  await hub.request('/actions/workflows/every.yml/disable', { method: 'PUT' })
  assert.equal(await send(hub, { event_type: 'nobody asks for this' }), 204)
  assert.equal(await send(hub, { event_type: 'deploy' }), 204)
  assert.deepEqual(await runs(hub), ['every.yml build', 'one.yml deploy', 'some.yml About roofs'])
})

test('The job gets type and payload in github.event', async t => {
  const hub = await startTestHub(t, { [one]: files[one] })
  const runner = await hub.runner('r', ['x'])
  await send(hub, { event_type: 'deploy', client_payload: { to: { where: 'there' }, count: 3 } })
  const { message } = await runner.takeJob()
  const github = JSON.stringify(message.contextData['github'])
  assert.match(github, /"k":"event_name","v":"repository_dispatch"/)
  assert.match(github, /"k":"action","v":"deploy"/)
  assert.match(github, /"k":"where","v":"there"/)
  assert.match(github, /"k":"ref","v":"refs\/heads\/main"/)
})
