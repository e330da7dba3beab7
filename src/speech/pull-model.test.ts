import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type PullOptions, pullModel, removeModel } from './pull-model.ts'

const body = Buffer.concat([Buffer.from('lmgg'), Buffer.alloc(900_000, 7)])
const tiny = { name: 'tiny', sizeMb: 1, sha1: createHash('sha1').update(body).digest('hex') }

/** A place like the official one on loopback, and a folder for models. */
async function place(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response, requests.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const parent = await mkdtemp(join(tmpdir(), 'relayq-models-'))
  t.after(async () => {
    server.closeAllConnections()
    server.close()
    await rm(parent, { recursive: true })
  })
  const folder = join(parent, 'models')
  const options: PullOptions = {
    model: tiny,
    folder,
    baseUrl: `http://127.0.0.1:${port}/main`,
    policy: { allowHosts: [`127.0.0.1:${port}`], allowCidrs: [] },
    signal: new AbortController().signal,
    onBytes: () => {},
    clock: Date.now,
    pausesMs: [0, 0],
  }
  return { folder, options, requests }
}

test('a model arrives under its name, and is not fetched twice', async t => {
  const { folder, options, requests } = await place(t, (_request, response) => response.end(body))
  const seen: number[] = []
  const pulled = await pullModel({ ...options, onBytes: received => seen.push(received) })
  assert.deepEqual(pulled, { path: join(folder, 'ggml-tiny.bin'), isNew: true })
  assert.equal(seen.at(-1), body.length)
  assert.deepEqual(await readdir(folder), ['ggml-tiny.bin'])
  assert.equal((await pullModel(options)).isNew, false)
  assert.deepEqual(
    requests.map(({ url }) => url),
    ['/main/ggml-tiny.bin'],
  )
})

test('a download that broke off goes on where it was', async t => {
  let sending: ServerResponse | undefined
  const { options, requests } = await place(t, (request, response, count) => {
    response.setHeader('etag', '"v1"')
    if (count === 1) {
      sending = response
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 300_000))
      return
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1])
    response.writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` })
    response.end(body.subarray(from))
  })
  const onBytes = (received: number) => {
    if (received === 300_000) sending?.destroy()
  }
  const { path } = await pullModel({ ...options, onBytes })
  assert.equal(requests[1]?.headers.range, 'bytes=300000-')
  assert.deepEqual(await readFile(path), body)
})

test('a file with another checksum, or of another kind, is thrown away', async t => {
  const changed = Buffer.from(body)
  changed[500_000] = 8
  const wrong = await place(t, (_request, response) => response.end(changed))
  await assert.rejects(pullModel(wrong.options), { code: 'download_failed', message: /another checksum/ })
  assert.deepEqual(await readdir(wrong.folder), [])

  const page = await place(t, (_request, response) => response.end('<html>Sign in</html>'))
  await assert.rejects(pullModel(page.options), { code: 'download_failed', message: /no whisper\.cpp model/ })
  const endless = await place(t, (_request, response) => response.end(Buffer.alloc(5_000_000, 'lmgg')))
  await assert.rejects(pullModel(endless.options), { code: 'download_failed', message: /larger/ })
  assert.deepEqual(await readdir(endless.folder), [])
})

test('a damaged model is replaced, and stays until the new one is whole', async t => {
  const { folder, options } = await place(t, (_request, response, count) => {
    if (count === 1) response.writeHead(404).end()
    else response.end(body)
  })
  await mkdir(folder)
  await writeFile(join(folder, 'ggml-tiny.bin'), 'half of it')
  await assert.rejects(pullModel(options), { code: 'url_not_found' })
  assert.equal(await readFile(join(folder, 'ggml-tiny.bin'), 'utf8'), 'half of it')
  assert.equal((await pullModel(options)).isNew, true)
})

test('what a killed pull left is removed, what another is writing is not', async t => {
  const { folder, options } = await place(t, (_request, response) => response.end(body))
  for (const name of ['unfinished-old', 'unfinished-new'])
    await mkdir(join(folder, name), { recursive: true })
  const part = join(folder, 'unfinished-old', 'ggml-tiny.bin.part')
  await writeFile(part, 'x')
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  await utimes(part, longAgo, longAgo)
  await utimes(join(folder, 'unfinished-old'), longAgo, longAgo)
  await pullModel(options)
  assert.deepEqual((await readdir(folder)).sort(), ['ggml-tiny.bin', 'unfinished-new'])
})

test('an interrupted pull leaves nothing', async t => {
  const { folder, options } = await place(t, (_request, response) => response.write(body))
  const controller = new AbortController()
  const onBytes = () => controller.abort()
  await assert.rejects(pullModel({ ...options, signal: controller.signal, onBytes }), { name: 'AbortError' })
  assert.deepEqual(await readdir(folder), [])
})

test('a model that does not fit on the disk is not begun', async t => {
  const { options, requests } = await place(t, (_request, response) => response.end(body))
  const model = { ...tiny, sizeMb: 1e12 }
  await assert.rejects(pullModel({ ...options, model }), { code: 'disk_full' })
  assert.equal(requests.length, 0)
})

test('only a model that is there can be removed', async t => {
  const { folder, options } = await place(t, (_request, response) => response.end(body))
  await pullModel(options)
  assert.equal(await removeModel('tiny', folder), true)
  assert.equal(await removeModel('tiny', folder), false)
})
