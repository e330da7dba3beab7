import assert from 'node:assert/strict'
import { type AddressInfo, connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { testHubOptions, testToken } from '../../../test/support/running-hub.ts'
import { createApp } from '../app.ts'
import { openHub } from '../hub.ts'
import { listen } from '../listen.ts'

/** A hub that waits for no request longer than a third of a second. */
async function startImpatientHub(t: TestContext) {
  const { options } = testHubOptions(t)
  const resources = new AsyncDisposableStack()
  t.after(() => resources.disposeAsync())
  const said: string[] = []
  const hub = await openHub(options, resources, () => ({ base: '', api: '', server: '' }))
  const app = createApp({ ...hub, log: line => said.push(line) })
  const patience = { headersMs: 300, requestMs: 300, unreadMs: 50, checkMs: 50 }
  const server = await listen({ host: '127.0.0.1', port: 0, names: [], fetch: app.fetch, patience })
  resources.defer(() => void server.close())
  return { port: (server.address() as AddressInfo).port, said }
}

/** Sends `bytes`, then one more drop every 20 ms until the hub has had enough; what it answered. */
async function dribble(port: number, bytes: string, drop: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const received: string[] = []
  socket.setEncoding('utf8').on('data', (text: string) => received.push(text))
  // A connection that is cut while a drop is on its way is what is expected here, so an error is an end like any other.
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>()
  socket.on('error', () => socket.destroy())
  socket.once('close', () => resolve())
  socket.once('connect', () => socket.write(bytes))
  const dripping = setInterval(() => socket.write(drop), 20)
  const patience = setTimeout(() => reject(new Error('the hub never had enough')), 30_000)
  try {
    await closed
  } finally {
    clearInterval(dripping)
    clearTimeout(patience)
    socket.destroy()
  }
  return received.join('')
}

const repository = '/repos/octo/queue'
const chunked = `Host: localhost\r\nAuthorization: Bearer ${testToken}\r\nTransfer-Encoding: chunked\r\n\r\n`
const chunk = '1\r\n{\r\n'
const pushType = 'application/x-git-receive-pack-request'

/** What never ends, and what it goes on with. */
const endless: readonly (readonly [bytes: string, drop: string])[] = [
  ['GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 'x'],
  [`POST ${repository}/actions/workflows/echo.yml/dispatches HTTP/1.1\r\n${chunked}`, chunk],
  [`POST ${repository}/dispatches HTTP/1.1\r\n${chunked}`, chunk],
  [`POST /octo/queue/git-upload-pack HTTP/1.1\r\n${chunked}`, chunk],
  [`POST /twirp/github.actions.results.api.v1.ArtifactService/CreateArtifact HTTP/1.1\r\n${chunked}`, chunk],
  [`PUT /_blobs/x HTTP/1.1\r\n${chunked}`, chunk],
  [`PUT /relayq/faults HTTP/1.1\r\n${chunked}`, chunk],
  [`POST ${repository}/releases/1/assets?name=x HTTP/1.1\r\n${chunked}`, chunk],
  [`POST /api/uploads${repository}/releases/1/assets?name=y HTTP/1.1\r\n${chunked}`, chunk],
  [`POST /octo/queue/git-receive-pack HTTP/1.1\r\nContent-Type: ${pushType}\r\n${chunked}`, chunk],
]

test('A request that never ends is ended, and others are answered meanwhile', async t => {
  const { port, said } = await startImpatientHub(t)
  const call = async (place: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { Authorization: `Bearer ${testToken}`, Connection: 'close' }
    return await fetch(`http://127.0.0.1:${port}${repository}${place}`, { ...init, headers })
  }
  const ask = async (): Promise<number> => (await call('')).status
  const release = { method: 'POST', body: '{"tag_name":"v1"}' }
  assert.equal((await call('/releases', release)).status, 201, 'there is one to upload to')
  const dribbling = endless.map(([bytes, drop]) => dribble(port, bytes, drop))
  assert.equal(await ask(), 200)
  for (const answer of await Promise.all(dribbling)) assert.doesNotMatch(answer, /^HTTP\/1\.1 2/)
  assert.equal(await ask(), 200)
  assert.deepEqual(await (await call('/releases/1/assets')).json(), [], 'half a file is none')
  assert.ok(said.length <= endless.length, said.join('\n'))
})

test('Headers without measure are refused', async t => {
  const { port } = await startImpatientHub(t)
  for (const header of [`X: ${'x'.repeat(20_000)}\r\n`, 'X: y\r\n'.repeat(3000)]) {
    const request = `GET / HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`
    assert.match(await dribble(port, request, 'x'), /^HTTP\/1\.1 431 /)
  }
})
