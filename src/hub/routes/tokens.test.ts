import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHub, testToken } from '../../../test/support/running-hub.ts'

/** Sends to a path below the API's root. */
async function open(t: Parameters<typeof startTestHub>[0]) {
  const { hub, startEcho } = await startTestHub(t)
  const send = async (token: string, method: string, path: string, body?: object) => {
    const headers = { Authorization: `Bearer ${token}` }
    const answer = await fetch(`${hub.apiUrl}${path}`, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }
  const make = async (scope: string): Promise<{ readonly id: number; readonly token: string }> => {
    const { status, body } = await send(testToken, 'POST', '/relayq/tokens', { name: `to ${scope}`, scope })
    assert.equal(status, 201)
    return body
  }
  return { send, make, startEcho }
}

const repo = '/repos/octo/queue'
const dispatch = [
  `${repo}/actions/workflows/echo.yml/dispatches`,
  { ref: 'main', inputs: { text: 'x' } },
] as const

test('A token does what its scope says', async t => {
  const { send, make, startEcho } = await open(t)
  const runId = await startEcho('hello')
  const cases = [
    ['GET', `${repo}/actions/runs`, { read: 200, dispatch: 200, admin: 200 }],
    ['GET', `${repo}/actions/runners`, { read: 200, dispatch: 200, admin: 200 }],
    ['GET', `${repo}/contents/.github/workflows/echo.yml`, { read: 200, dispatch: 200, admin: 200 }],
    ['POST', dispatch[0], { read: 403, dispatch: 204, admin: 204 }],
    ['POST', `${repo}/actions/runs/${runId}/cancel`, { read: 403, dispatch: 202, admin: 409 }],
    ['DELETE', `${repo}/actions/runners/1`, { read: 403, dispatch: 403, admin: 404 }],
    ['DELETE', `${repo}/actions/secrets/X`, { read: 403, dispatch: 403, admin: 404 }],
    ['GET', '/relayq/tokens', { read: 403, dispatch: 403, admin: 200 }],
    ['POST', '/relayq/tokens', { read: 403, dispatch: 403, admin: 422 }],
  ] as const
  for (const scope of ['read', 'dispatch', 'admin'] as const) {
    const { token } = await make(scope)
    for (const [method, path, expected] of cases) {
      const body = path === dispatch[0] ? dispatch[1] : method === 'POST' ? {} : undefined
      const { status } = await send(token, method, path, body)
      assert.equal(status, expected[scope], `${scope}: ${method} ${path}`)
    }
  }
})

test('Tokens are listed without themselves, and a revoked one is nobody', async t => {
  const { send, make } = await open(t)
  const { id, token } = await make('read')
  const { body } = await send(testToken, 'GET', '/relayq/tokens')
  assert.deepEqual(Object.keys(body.tokens[0]), ['id', 'name', 'scope', 'created_at'])
  assert.equal((await send(token, 'GET', `${repo}/actions/runs`)).status, 200)
  assert.equal((await send(testToken, 'DELETE', `/relayq/tokens/${id}`)).status, 204)
  assert.equal((await send(testToken, 'DELETE', `/relayq/tokens/${id}`)).status, 404)
  assert.equal((await send(token, 'GET', `${repo}/actions/runs`)).status, 401)
  assert.equal((await send(`${token}x`, 'GET', `${repo}/actions/runs`)).status, 401)
})

test('A fine-grained token does what is listed of it, and hears what it lacks', async t => {
  const { send } = await open(t)
  const make = async (permissions: object) =>
    await send(testToken, 'POST', '/relayq/tokens', { name: 'x', scope: 'fine_grained', permissions })
  assert.equal((await make({ actions: 'all' })).status, 422)
  const { token } = (await make({ actions: 'write', contents: 'read' })).body
  assert.equal((await send(token, 'POST', ...dispatch)).status, 204)
  assert.equal((await send(token, 'GET', `${repo}/actions/runs`)).status, 200)
  assert.equal(
    (await send(token, 'PUT', `${repo}/contents/a.txt`, { message: 'm', content: '' })).status,
    403,
  )
  const refused = await send(token, 'GET', `${repo}/actions/permissions`)
  assert.equal(refused.body.message, 'Resource not accessible by personal access token')
  assert.equal((await send(token, 'GET', '/relayq/tokens')).status, 403)
})
