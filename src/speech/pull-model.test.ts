import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, truncate, utimes, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { type PullOptions, pullModel, removeModel } from './pull-model.ts'

const body = Buffer.concat([Buffer.from('lmgg'), Buffer.alloc(900_000, 7)])
const tiny = { name: 'tiny', sizeMb: 1, sha1: createHash('sha1').update(body).digest('hex') }

/** A place like the official one on loopback, and a folder for models. */
async function place(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
) {
  const requests: IncomingMessage[] = []
  const origin = await serveOnLoopback(t, (request, response) => {
    requests.push(request)
    answer(request, response, requests.length)
  })
  const { host } = new URL(origin)
  const parent = await mkdtemp(join(tmpdir(), 'relayq-models-'))
  t.after(() => rm(parent, { recursive: true }))
  const folder = join(parent, 'models')
  const options: PullOptions = {
    model: tiny,
    folder,
    baseUrl: `${origin}/main`,
    policy: { allowHosts: [host], allowCidrs: [] },
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

/** A server that knows ranges, and what its first answer gives before it goes silent. */
function answerInParts(first: number) {
  return (request: IncomingMessage, response: ServerResponse, count: number) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (count === 1) response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, first))
    else
      response.writeHead(from === 0 ? 200 : 206, from === 0 ? {} : rangeFrom(from)).end(body.subarray(from))
  }
}

function rangeFrom(from: number) {
  return { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }
}

test('a pull that was interrupted is gone on with by the next', async t => {
  const { folder, options, requests } = await place(t, answerInParts(300_000))
  const controller = new AbortController()
  const onBytes = (received: number) => {
    if (received === 300_000) controller.abort()
  }
  await assert.rejects(pullModel({ ...options, signal: controller.signal, onBytes }), { name: 'AbortError' })
  const { path } = await pullModel(options)
  assert.equal(requests[1]?.headers.range, 'bytes=300000-')
  assert.deepEqual(await readFile(path), body)
  assert.deepEqual(await readdir(folder), ['ggml-tiny.bin'])
})

test('what a killed pull left is gone on with, what another is writing is not touched', async t => {
  const { folder, options, requests } = await place(t, answerInParts(body.length))
  const longAgo = new Date(Date.now() - 2 * 3_600_000)
  for (const [name, at] of [
    ['unfinished-killed', longAgo],
    ['unfinished-busy', new Date()],
  ] as const) {
    const part = join(folder, name, 'ggml-tiny.bin.part')
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(part, body.subarray(0, 1000))
    await utimes(part, at, at)
    await utimes(join(folder, name), at, at)
  }
  await pullModel(options)
  assert.equal(requests[0]?.headers.range, 'bytes=1000-')
  assert.deepEqual((await readdir(folder)).sort(), ['ggml-tiny.bin', 'unfinished-busy'])
})

test('a part that nobody came back for is removed, and one of another file begins anew', async t => {
  const { folder, options, requests } = await place(t, (request, response) =>
    answerInParts(0)(request, response, 2),
  )
  for (const name of ['left-long-ago', 'left-wrong']) {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(
      join(folder, name, 'ggml-tiny.bin.part'),
      Buffer.concat([Buffer.from('lmgg'), Buffer.alloc(1000)]),
    )
  }
  const longAgo = new Date(Date.now() - 8 * 24 * 3_600_000)
  await utimes(join(folder, 'left-long-ago', 'ggml-tiny.bin.part'), longAgo, longAgo)
  await utimes(join(folder, 'left-long-ago'), longAgo, longAgo)
  // Its beginning is not that of the published file: only the checksum can tell.
  await assert.rejects(pullModel(options), { code: 'download_failed', message: /checksum/ })
  assert.deepEqual(await readdir(folder), [])
  assert.equal((await pullModel(options)).isNew, true)
  assert.equal(requests.at(-1)?.headers.range, undefined)
})

test('a model that does not fit on the disk is not begun', async t => {
  const { options, requests } = await place(t, (_request, response) => response.end(body))
  const model = { ...tiny, sizeMb: 1e12 }
  await assert.rejects(pullModel({ ...options, model }), { code: 'disk_full' })
  assert.equal(requests.length, 0)
})

test('what has arrived of a model needs no room a second time', async t => {
  const { folder, options, requests } = await place(t, (_request, response) => response.writeHead(404).end())
  await mkdir(join(folder, 'left-earlier'), { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  const sizeMb = Math.ceil((bavail * bsize) / 1_048_576)
  const part = join(folder, 'left-earlier', 'ggml-tiny.bin.part')
  await writeFile(part, body.subarray(0, 600))
  await truncate(part, (sizeMb / 2) * 1_048_576)
  await assert.rejects(pullModel({ ...options, model: { ...tiny, sizeMb } }), { code: 'url_not_found' })
  assert.equal(requests.length, 1)
})

test('where the rest does not fit, it is said how much is missing', async t => {
  const { folder, options } = await place(t, (_request, response) => response.end(body))
  await mkdir(join(folder, 'left-earlier'), { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  const sizeMb = Math.ceil((bavail * bsize) / 1_048_576) * 2
  const part = join(folder, 'left-earlier', 'ggml-tiny.bin.part')
  await writeFile(part, body.subarray(0, 600))
  await truncate(part, 50 * 1_048_576)
  await assert.rejects(pullModel({ ...options, model: { ...tiny, sizeMb } }), {
    code: 'disk_full',
    message: new RegExp(
      `^The model tiny takes up to ${Math.ceil(sizeMb * 1.1 - 50)} MB more, and \\d+ MB are free`,
    ),
  })
})

test('only a model that is there can be removed', async t => {
  const { folder, options } = await place(t, (_request, response) => response.end(body))
  await pullModel(options)
  assert.equal(await removeModel('tiny', folder), true)
  assert.equal(await removeModel('tiny', folder), false)
})
