import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startTestHub, testToken } from '../../test/support/running-hub.ts'
import { startHub } from './hub.ts'
import { type ListenOptions, listen } from './listen.ts'

async function start(t: TestContext, options: Partial<ListenOptions> = {}): Promise<number> {
  const fetch = (request: Request): Response => new Response(new URL(request.url).href)
  const server = await listen({ host: '127.0.0.1', port: 0, names: [], fetch, ...options })
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

/** The whole answer to raw bytes: what no client library would let us send. */
async function exchange(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(request)
  return await text(socket)
}

function get(target: string, host: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
}

test('Loopback names are answered, with and without a port', async t => {
  const port = await start(t)
  const names = ['127.0.0.1', 'localhost', 'github.localhost', 'api.github.localhost', '[::1]', 'LOCALHOST']
  for (const name of names) {
    assert.match(await exchange(port, get('/x', `${name}:${port}`)), /^HTTP\/1\.1 200/, name)
  }
})

test('Any other name is refused: a page of a stranger cannot rebind its own name to the hub', async t => {
  const port = await start(t)
  const names = ['evil.example', 'localhost.evil.example', '10.0.0.1', '127.0.0.1.evil.example', 'a b', '']
  for (const name of names) {
    assert.match(await exchange(port, get('/x', name)), /^HTTP\/1\.1 (421|400)/, name)
  }
})

test('A hub that listens beyond loopback answers to addresses and to the names it was given', async t => {
  const port = await start(t, { host: '0.0.0.0', names: ['hub.example'] })
  for (const name of ['192.0.2.7', 'hub.example:80', 'localhost']) {
    assert.match(await exchange(port, get('/x', name)), /^HTTP\/1\.1 200/, name)
  }
  assert.match(await exchange(port, get('/x', 'evil.example')), /^HTTP\/1\.1 421/)
})

test('An absolute-form target is taken by its own name, not by the Host header', async t => {
  const port = await start(t)
  const answer = await exchange(port, get('http://api.github.localhost/repos/a/b?c=d', 'x.example'))
  assert.match(answer, /^HTTP\/1\.1 200/)
  assert.match(answer, /http:\/\/api\.github\.localhost\/repos\/a\/b\?c=d/)
  assert.match(await exchange(port, get('http://evil.example/x', 'localhost')), /^HTTP\/1\.1 421/)
  assert.match(await exchange(port, get('ftp://localhost/x', 'localhost')), /^HTTP\/1\.1 421/)
})

test('A request that was meant for another server on this machine is not answered in its place', async t => {
  const port = await start(t)
  for (const authority of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    'github.localhost',
    'api.github.localhost:80',
  ]) {
    assert.match(await exchange(port, get(`http://${authority}/x`, authority)), /^HTTP\/1\.1 200/, authority)
  }
  for (const authority of ['127.0.0.1', 'localhost:1', `localhost:${port + 1}`]) {
    assert.match(await exchange(port, get(`http://${authority}/x`, authority)), /^HTTP\/1\.1 421/, authority)
  }
})

test('The hub is nobody’s tunnel', async t => {
  const port = await start(t)
  const answer = await exchange(port, 'CONNECT example.invalid:443 HTTP/1.1\r\nHost: example.invalid\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 405/)
})

test('A port in use is said in one sentence with the next step', async t => {
  const port = await start(t)
  await assert.rejects(start(t, { port }), { code: 'port_in_use', hint: /--port/ })
})

test('A hub whose port is taken leaves nothing open', async t => {
  const { hub, repository } = await startTestHub(t)
  const options = {
    stateDir: `${repository.path}/state`,
    repositoryPath: repository.path,
    host: '127.0.0.1',
    port: Number(new URL(hub.url).port),
    token: testToken,
    leaseSeconds: 30,
    latencyMs: 0,
  }
  await assert.rejects(startHub(options), { code: 'port_in_use' })
})

test('A hub that others can reach says so when it starts, and one on loopback does not', async t => {
  const { hub } = await startTestHub(t)
  assert.deepEqual(hub.warnings, [])
  const open = await startTestHub(t, {}, { host: '0.0.0.0' })
  assert.match(open.hub.warnings.join(), /listens on 0\.0\.0\.0/)
  assert.match(open.hub.url, /^http:\/\/127\.0\.0\.1:/)
})

test('Every answer names its request and the hub’s instance', async t => {
  const { hub } = await startTestHub(t)
  for (const path of ['/', '/-/pages.css', '/octo/queue/actions', '/api/v3/user']) {
    const answer = await fetch(hub.url + path)
    assert.match(answer.headers.get('X-GitHub-Request-Id') ?? '', /^[0-9A-Z]{16}$/, path)
    assert.equal(answer.headers.get('X-RelayQ-Instance'), hub.instanceId, path)
    assert.ok(answer.headers.get('Date'), path)
  }
})

test('A body that nobody reads is let in before the answer, and its connection is good for another request', async t => {
  const arrived = new EventEmitter()
  const port = await start(t, {
    fetch: request => {
      setImmediate(() => arrived.emit(new URL(request.url).pathname))
      return new Response(new URL(request.url).pathname)
    },
  })
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  let answers = ''
  socket.setEncoding('utf8').on('data', text => {
    answers += text
  })
  const body = 'x'.repeat(200_000)
  const answered = once(arrived, '/first')
  socket.write(
    `POST /first HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(1)}`,
  )
  await answered
  assert.match(await exchange(port, get('/other', 'localhost')), /\/other$/)
  assert.equal(answers, '')
  socket.end(`x${get('/second', 'localhost')}`)
  await once(socket, 'close')
  assert.deepEqual(answers.match(/^\/\w+(?=HTTP|$)/gm), ['/first', '/second'])
})

test('An answer that is ready does not wait for a body that stalls, and says that the connection ends', async t => {
  const patience = { headersMs: 1_000, requestMs: 1_000, unreadMs: 20, checkMs: 50 }
  const port = await start(t, { patience, fetch: () => new Response('who are you', { status: 401 }) })
  for (const head of ['Content-Length: 10\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n']) {
    const answer = await exchange(port, `POST /x HTTP/1.1\r\nHost: localhost\r\n${head}`)
    assert.match(answer, /^HTTP\/1\.1 401 [\s\S]*\r\nConnection: close\r\n[\s\S]*who are you/i, head)
  }
})

test('A body in chunks is read like any other', async t => {
  const { hub } = await startTestHub(t)
  const body = new Blob([JSON.stringify({ ref: 'nope' })]).stream()
  const answer = await fetch(`${hub.apiUrl}/repos/octo/queue/actions/workflows/echo.yml/dispatches`, {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { Authorization: `Bearer ${testToken}` },
  })
  assert.equal(answer.status, 422)
})

/** Sends a body of 20 pieces, one every 40 ms, to a hub that waits 200 ms; what it answered. */
async function sendSlowly(port: number, piece: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const answered = text(socket)
  socket.on('error', () => socket.destroy())
  socket.write(
    `POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${20 * piece.length}\r\n\r\n`,
  )
  for (const pieces = Array.from({ length: 20 }, () => piece); pieces.length > 0; pieces.pop()) {
    await delay(40)
    if (!socket.destroyed) socket.write(piece)
  }
  return await answered.catch(() => '')
}

test('A large body may take its time as long as it keeps coming, and a trickle may not', async t => {
  const patience = { headersMs: 200, requestMs: 200, unreadMs: 20, checkMs: 20 }
  const fetch = async (request: Request): Promise<Response> =>
    new Response(String((await request.arrayBuffer()).byteLength))
  const port = await start(t, { patience, fetch })
  const [large, trickle] = await Promise.all([
    sendSlowly(port, Buffer.alloc(64 * 1024)),
    sendSlowly(port, Buffer.alloc(1)),
  ])
  assert.match(large, /^HTTP\/1\.1 200 [\s\S]*\r\n1310720/)
  assert.doesNotMatch(trickle, /^HTTP\/1\.1 200/)
})
