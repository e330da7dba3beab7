import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Hono } from 'hono'
import { breakFailedStreams } from './broken-streams.ts'
import type { HubEnv } from './context.ts'
import { listen } from './listen.ts'

async function start(t: TestContext, body: ReadableStream<Uint8Array>) {
  const lines: string[] = []
  const app = new Hono<HubEnv>()
  app.use(breakFailedStreams(line => lines.push(line)))
  app.get('/file', c => c.body(body, 200, { 'Content-Type': 'application/zip' }))
  const server = await listen({ host: '127.0.0.1', port: 0, names: [], fetch: app.fetch })
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, lines }
}

test('A body that fails half-way breaks the connection instead of looking whole', async t => {
  let chunks = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      chunks += 1
      if (chunks > 3) controller.error(new Error('the disk\nis gone'))
      else controller.enqueue(new Uint8Array(100_000))
    },
  })
  const { url, lines } = await start(t, body)
  await assert.rejects(fetch(url).then(answer => answer.arrayBuffer()))
  assert.equal(lines.length, 1)
  assert.match(lines[0] ?? '', /GET \/file broke off .*: the disk is gone$/)
})

test('A body that ends well arrives whole', async t => {
  const { url, lines } = await start(t, new Blob(['x'.repeat(300_000)]).stream())
  assert.equal((await (await fetch(url)).text()).length, 300_000)
  assert.deepEqual(lines, [])
})

test('A client that goes away ends the source', async t => {
  const source = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({
    pull: controller => controller.enqueue(new Uint8Array(100_000)),
    cancel: () => source.resolve(),
  })
  const { url, lines } = await start(t, body)
  const client = new AbortController()
  const answer = await fetch(url, { signal: client.signal })
  await answer.body?.getReader().read()
  client.abort()
  await source.promise
  assert.deepEqual(lines, [])
})
