import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertOnlyRefusalsTold, assertUnharmed, startHostileHub } from '../../../test/support/hostile-hub.ts'
import { testToken } from '../../../test/support/running-hub.ts'

const repository = '/repos/octo/queue'

/** Every route that reads a body, and what it would take of one. */
const readers: readonly (readonly [method: string, path: string])[] = [
  ['POST', `${repository}/dispatches`],
  ['POST', `${repository}/actions/workflows/echo.yml/dispatches`],
  ['POST', `${repository}/actions/runners/generate-jitconfig`],
  ['POST', `${repository}/actions/runners/1/labels`],
  ['PUT', `${repository}/actions/runners/1/labels`],
  ['PUT', `${repository}/actions/secrets/A`],
  ['POST', `${repository}/actions/variables`],
  ['PATCH', `${repository}/actions/variables/A`],
  ['POST', `${repository}/check-runs`],
  ['PATCH', `${repository}/check-runs/1`],
  ['POST', `${repository}/actions/runs/1/rerun`],
  ['POST', `${repository}/actions/runs/1/rerun-failed-jobs`],
  ['POST', `${repository}/actions/jobs/1/rerun`],
  ['POST', `${repository}/releases`],
  ['PATCH', `${repository}/releases/1`],
  ['PATCH', `${repository}/releases/assets/1`],
  ['PUT', `${repository}/contents/a`],
  ['DELETE', `${repository}/contents/a`],
  ['POST', `${repository}/git/blobs`],
  ['POST', `${repository}/git/trees`],
  ['POST', `${repository}/git/commits`],
  ['POST', `${repository}/git/tags`],
  ['POST', `${repository}/git/refs`],
  ['PATCH', `${repository}/git/refs/heads/main`],
  ['POST', '/graphql'],
  ['POST', '/relayq/tokens'],
  ['PUT', '/relayq/faults'],
]

/** A body in which whatever a route passes on, and no more, has this value, given as JSON. */
function bodyOf(value: string): string {
  const known = '"event_type":"x","ref":"main","name":"../x","value":1,"runner_group_id":"x","scope":"all"'
  return `{${known},"inputs":{"text":${value}},"client_payload":{"a":${value}},"labels":${value}}`
}

test('A body that is too deep, too long or no JSON at all is refused by each route that reads one', async t => {
  const hub = await startHostileHub(t)
  const deep = '['.repeat(40_000) + ']'.repeat(40_000)
  const bodies = [deep, bodyOf(deep), bodyOf(JSON.stringify('x'.repeat(65_536))), '[]', '"x"', '{', '\0']
  for (const [method, path] of readers) {
    for (const [index, body] of bodies.entries()) {
      const status = await hub.ask(method, path, testToken, body)
      const isAnswered = status >= 400 && status < 500
      // GraphQL says its noes with 200, and reads nothing but a query's name.
      assert.ok(isAnswered || path === '/graphql', `${method} ${path} ${index}: ${status}`)
    }
  }
  assertOnlyRefusalsTold(hub)
  await assertUnharmed(hub)
})

test('A payload of 65,535 characters starts a run, and one more is refused with GitHub’s words', async t => {
  const hub = await startHostileHub(t)
  const dispatch = async (length: number): Promise<Response> => {
    const overhead = JSON.stringify({ text: '' }).length
    return await hub.dispatch('echo.yml', { ref: 'main', inputs: { text: 'x'.repeat(length - overhead) } })
  }
  assert.equal((await dispatch(65_535)).status, 204)
  const refused = await dispatch(65_536)
  assert.equal(refused.status, 422)
  assert.match(await refused.text(), /inputs are too large/)
})
