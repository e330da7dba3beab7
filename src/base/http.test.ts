import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { contentSize } from './content-size.ts'
import { HttpBodyTooLarge, HttpClient, HttpTimeout, readBody } from './http.ts'

function client(t: TestContext): HttpClient {
  const http = new HttpClient()
  t.after(() => http.close())
  return http
}

test('A request carries method, headers and body, and its answer can be read', async t => {
  const origin = await serveOnLoopback(t, (request, response) => {
    response.setHeader(
      'x-seen',
      `${request.method} ${request.headers['x-name']} ${request.headers['content-length']}`,
    )
    request.pipe(response)
  })
  const answer = await client(t).send({
    url: `${origin}/a`,
    method: 'POST',
    headers: { 'x-name': 'é'.length.toString() },
    body: 'grün',
  })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('x-seen'), 'POST 1 5')
  assert.equal((await readBody(answer, 100)).toString(), 'grün')
})

test('A redirect is an answer, not followed', async t => {
  const origin = await serveOnLoopback(t, (_, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  )
  const answer = await client(t).send({ url: origin })
  answer.body.resume()
  assert.equal(answer.status, 302)
})

test('An answer longer than allowed is given up', async t => {
  const origin = await serveOnLoopback(t, (_, response) => response.end('x'.repeat(1000)))
  const answer = await client(t).send({ url: origin })
  await assert.rejects(readBody(answer, 999), HttpBodyTooLarge)
})

test('An answer that stops half-way is an error, not a shorter answer', async t => {
  const origin = await serveOnLoopback(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  const answer = await client(t).send({ url: origin })
  await assert.rejects(readBody(answer, 1000), { code: 'ECONNRESET' })
})

test('A silent server ends in a timeout', async t => {
  const origin = await serveOnLoopback(t, () => {})
  await assert.rejects(client(t).send({ url: origin, idleTimeoutMs: 50 }), HttpTimeout)
})

test('An aborted request fails with the reason it was aborted for', async t => {
  const origin = await serveOnLoopback(t, () => {})
  const abort = new AbortController()
  const sent = client(t).send({ url: origin, signal: abort.signal })
  abort.abort(new Error('enough'))
  await assert.rejects(sent, /enough/)
})

test('Only http and https addresses are taken', async t => {
  await assert.rejects(client(t).send({ url: 'file:///etc/passwd' }), TypeError)
})

test('Loading the client does not load the built-in fetch', () => {
  const path = new URL('./http.ts', import.meta.url).href
  const script = `await import(${JSON.stringify(path)}); process.stdout.write(process.moduleLoadList.filter(name => name.includes('undici')).join())`
  assert.equal(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    '',
  )
})

test('The size of a content is found behind a redirect, and unknown where nobody tells it', async t => {
  const origin = await serveOnLoopback(t, (request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/file' }).end()
    else if (request.url === '/file') response.writeHead(200, { 'content-length': '1234' }).end()
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
    else response.writeHead(405, { 'content-length': '9' }).end()
  })
  assert.equal(await contentSize(`${origin}/moved`, 5000), 1234)
  assert.equal(await contentSize(`${origin}/loop`, 5000), null)
  assert.equal(await contentSize(`${origin}/refused`, 5000), null)
  assert.equal(await contentSize('http://127.0.0.1:1/', 5000), null)
})
