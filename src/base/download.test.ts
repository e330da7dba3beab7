import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { type DownloadOptions, download, type Silence } from './download.ts'
import { type ErrorCode, RelayError } from './errors.ts'
import { systemTransport, type Transport } from './guarded-request.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void

const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))

/** A server on loopback, the one port of which is allowed; and what a download from it needs. */
async function serve(t: TestContext, answer: Answer) {
  const requests: IncomingMessage[] = []
  const origin = await serveOnLoopback(t, (request, response) => {
    requests.push(request)
    answer(request, response, requests.length)
  })
  const port = Number(new URL(origin).port)
  const folder = await mkdtemp(join(tmpdir(), 'relayq-download-'))
  t.after(() => rm(folder, { recursive: true }))
  const options: DownloadOptions = {
    url: `${origin}/a.mp3`,
    path: join(folder, 'a.mp3'),
    policy: { allowHosts: [], allowCidrs: [`127.0.0.1/32:${port}`] },
    maxBytes: 1e6,
    signal: new AbortController().signal,
    inspect: () => {},
    pausesMs: [0, 0],
  }
  return { requests, port, folder, options }
}

/** Begins an answer of the whole length, sends `bytes` of it, and cuts the connection once the client has those. */
function cutAfter(bytes: number) {
  let sending: ServerResponse | undefined
  return {
    answer: (response: ServerResponse) => {
      sending = response
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, bytes))
    },
    onBytes: (received: number) => {
      if (received === bytes) sending?.destroy()
    },
  }
}

async function fails(options: DownloadOptions, code: ErrorCode): Promise<RelayError> {
  let error: unknown
  await assert.rejects(download(options), thrown => {
    error = thrown
    return thrown instanceof RelayError && thrown.code === code
  })
  return error as RelayError
}

test('a file arrives whole, under its name only when complete', async t => {
  const { options, folder } = await serve(t, (_request, response) => response.end(body))
  const seen: number[] = []
  const result = await download({ ...options, onBytes: received => seen.push(received) })
  assert.equal(result.bytes, body.length)
  assert.equal(seen.at(-1), body.length)
  assert.deepEqual(await readFile(options.path), body)
  assert.deepEqual(await readdir(folder), ['a.mp3'])
})

test('a cut connection is resumed with a range when the server has a strong version', async t => {
  const cut = cutAfter(70_000)
  const { options, requests } = await serve(t, (request, response, count) => {
    response.setHeader('etag', '"v1"')
    if (count === 1) {
      cut.answer(response)
      return
    }
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1])
    response.writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` })
    response.end(body.subarray(from))
  })
  await download({ ...options, onBytes: cut.onBytes })
  assert.deepEqual(await readFile(options.path), body)
  assert.equal(requests.length, 2)
  assert.equal(requests[1]?.headers['if-range'], '"v1"')
})

test('without a version, or when the file has changed meanwhile, a cut download begins anew', async t => {
  for (const etag of [null, 'W/"weak"', '"changed"']) {
    const cut = cutAfter(70_000)
    const { options, requests } = await serve(t, (_request, response, count) => {
      if (etag !== null) response.setHeader('etag', etag)
      if (count === 1) cut.answer(response)
      else response.end(body)
    })
    await download({ ...options, onBytes: cut.onBytes })
    assert.deepEqual(await readFile(options.path), body)
    assert.equal(requests[1]?.headers.range === undefined, etag !== '"changed"')
  }
})

test('a file of unknown length that is whole when the connection is cut is not fetched again', async t => {
  let sending: ServerResponse | undefined
  const { options, requests } = await serve(t, (request, response) => {
    if (request.headers.range === `bytes=${body.length}-`) {
      response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
      return
    }
    sending = response
    response.writeHead(200, { etag: '"1"' })
    response.write(body)
  })
  const onBytes = (received: number) => received === body.length && sending?.destroy()
  assert.equal((await download({ ...options, onBytes })).bytes, body.length)
  assert.equal(requests.length, 2)
  assert.deepEqual(await readFile(options.path), body)
})

test('a range of a file that has another length by now is not taken for the rest', async t => {
  const cut = cutAfter(70_000)
  const { options } = await serve(t, (request, response, count) => {
    if (count === 1) {
      response.setHeader('etag', '"1"')
      cut.answer(response)
    } else if (request.headers.range !== undefined) {
      const rest = Buffer.alloc(body.length - 70_000)
      response.writeHead(206, { 'content-range': `bytes 70000-${body.length - 1}/${body.length + 9}` })
      response.end(rest)
    } else response.end(body)
  })
  await download({ ...options, onBytes: cut.onBytes })
  assert.ok(body.equals(await readFile(options.path)))
})

test('a server that always stops half-way is a truncated download, and nothing is left behind', async t => {
  const cut = cutAfter(1000)
  const { options, requests, folder } = await serve(t, (_request, response) => cut.answer(response))
  const error = await fails({ ...options, onBytes: cut.onBytes }, 'download_truncated')
  assert.equal(error.exitCode, 75)
  assert.match(error.message, /after 1000 of 200000 bytes/)
  assert.equal(requests.length, 3)
  assert.deepEqual(await readdir(folder), [])
})

test('a chunked answer that is cut, and one that goes silent, are truncated downloads', async t => {
  const cut = await serve(t, (_request, response) => response.write(body, () => response.destroy()))
  await fails({ ...cut.options, pausesMs: [] }, 'download_truncated')
  const silent = await serve(t, (_request, response) => response.write('audio'))
  await fails({ ...silent.options, pausesMs: [], stallMs: 50 }, 'download_truncated')
})

test('a server that says nothing is told of once in each try, with who it is and how long it is waited for', async t => {
  const { options } = await serve(t, (request, response, count) => {
    if (request.url === '/a.mp3') response.writeHead(302, { location: '/b.mp3' }).end()
    else if (count > 2) response.writeHead(200, { 'content-length': 9 }).write('some')
  })
  const told: Silence[] = []
  const silence = { ms: 5, tell: (each: Silence) => told.push(each) }
  await fails({ ...options, pausesMs: [0], stallMs: 150, silence }, 'download_truncated')
  const { host } = new URL(options.url)
  const each = { host, ms: 5, stallMs: 150, attempts: 2 }
  assert.deepEqual(
    told.filter(({ attempt }, index) => attempt !== told[index - 1]?.attempt),
    [
      { ...each, attempt: 1 },
      { ...each, attempt: 2 },
    ],
  )
})

test('the size limit holds for what is declared and for what is sent', async t => {
  const declared = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 5_000_000 })
    response.flushHeaders()
  })
  await fails(declared.options, 'too_large')
  const sent = await serve(t, (_request, response) => {
    response.write(body)
    response.end(body)
  })
  await fails({ ...sent.options, maxBytes: 250_000 }, 'too_large')
  assert.deepEqual(await readdir(sent.folder), [])
})

test('statuses are told apart: gone, refused, and temporary ones that are tried again', async t => {
  const cases: [number, ErrorCode, number][] = [
    [404, 'url_not_found', 1],
    [410, 'url_not_found', 1],
    [401, 'url_refused', 1],
    [403, 'url_refused', 1],
    [429, 'rate_limited', 3],
    [503, 'download_failed', 3],
  ]
  for (const [status, code, tries] of cases) {
    const { options, requests } = await serve(t, (_request, response) => response.writeHead(status).end('no'))
    await fails(options, code)
    assert.equal(requests.length, tries, String(status))
  }
})

test('a server that is not there is a temporary failure', async t => {
  const { options } = await serve(t, request => request.socket.destroy())
  assert.equal((await fails({ ...options, pausesMs: [] }, 'download_failed')).exitCode, 75)
})

test('a server that is out of reach has fewer tries than one that has answered, where that is asked', async t => {
  const { options, requests } = await serve(t, (_request, response) => response.writeHead(503).end())
  const asked = { ...options, pausesMs: [0, 0, 0], reachPausesMs: [0] }
  let connections = 0
  const connect = () => {
    connections += 1
    return new Socket().destroy(new Error('refused'))
  }
  await fails({ ...asked, transport: { ...systemTransport, connect } }, 'download_failed')
  assert.equal(connections, 2)
  await fails(asked, 'download_failed')
  assert.equal(requests.length, 4)
})

test('redirects are followed, each checked like the first, and not for ever', async t => {
  const { options, requests, port } = await serve(t, (request, response) => {
    const steps: Record<string, string> = {
      '/a.mp3': '/b.mp3',
      '/loop': '/loop',
      '/metadata': 'http://169.254.169.254/latest/meta-data/',
      '/port': 'http://127.0.0.1:9/a.mp3',
      '/scheme': 'file:///etc/passwd',
    }
    const next = steps[request.url ?? '']
    if (next === undefined) response.end(body)
    else response.writeHead(302, { location: next }).end()
  })
  assert.equal((await download(options)).url, `http://127.0.0.1:${port}/b.mp3`)
  const from = (path: string) => ({ ...options, url: `http://127.0.0.1:${port}${path}` })
  await fails(from('/metadata'), 'url_forbidden')
  await fails(from('/port'), 'url_forbidden')
  await fails(from('/scheme'), 'invalid_input')
  requests.length = 0
  await fails(from('/loop'), 'url_refused')
  assert.equal(requests.length, 11)
})

test('headers go to the address that was given, and to no other', async t => {
  const { options, requests } = await serve(t, (request, response) => {
    if (request.url === '/b.mp3') response.end(body)
    else response.writeHead(302, { location: '/b.mp3' }).end()
  })
  await download({ ...options, headers: { authorization: 'token hush' } })
  assert.deepEqual(
    requests.map(({ headers }) => headers.authorization),
    ['token hush', undefined],
  )
})

test('inner addresses are refused before any connection is attempted, however they are reached', async t => {
  const { options, port } = await serve(t, (_request, response) =>
    response.writeHead(302, { location: 'http://rebind.example/' }).end(),
  )
  const attempts: string[] = []
  const transport: Transport = {
    resolve: host => Promise.resolve([host === 'rebind.example' ? '169.254.169.254' : host]),
    connect: (target, addresses) => {
      attempts.push(target.host)
      return systemTransport.connect(target, addresses)
    },
  }
  const from = (url: string) => fails({ ...options, url, transport }, 'url_forbidden')
  await from('http://169.254.169.254/latest/meta-data/')
  await from('http://[fd00:ec2::254]/')
  await from('http://metadata.google.internal/')
  await from('http://rebind.example/')
  assert.deepEqual(attempts, [])
  await from(`http://127.0.0.1:${port}/`)
  assert.deepEqual(attempts, ['127.0.0.1'])
})

test('a redirect to an inner address is refused in every spelling, and nothing is connected to', async t => {
  const spellings = [
    ...['http://127.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', '//0/', '//[::]/'],
    ...['http://[::ffff:7f00:1]/', 'http://[64:ff9b::7f00:1]/', 'http://169.254.169.254/', '//0xa9fea9fe/'],
    ...['http://metadata.google.internal/', 'http://localhost/', 'http://a.local/'],
    ...['http://example.org:22/', 'http://inner.example/'],
  ]
  const unreadable = ['//user@example.org/', 'file:///etc/passwd', 'ftp://example.org/']
  let location = ''
  const { options } = await serve(t, (_request, response) => response.writeHead(302, { location }).end())
  const connected: string[] = []
  const transport: Transport = {
    resolve: async host => [host === 'inner.example' ? '10.0.0.1' : host],
    connect: (target, addresses) => {
      connected.push(target.host)
      return systemTransport.connect(target, addresses)
    },
  }
  for (location of spellings) await fails({ ...options, transport }, 'url_forbidden')
  for (location of unreadable) await fails({ ...options, transport }, 'invalid_input')
  assert.equal(connected.length, spellings.length + unreadable.length)
  assert.deepEqual([...new Set(connected)], ['127.0.0.1'])
})

test('a name that leads elsewhere when it is looked up again is still bound to what was checked', async t => {
  const { options, requests, port } = await serve(t, (_request, response) => response.end(body))
  const answers = [['127.0.0.1'], ['169.254.169.254']]
  let lookups = 0
  const transport: Transport = { ...systemTransport, resolve: async () => answers[lookups++] ?? [] }
  const url = `http://rebind.example:${port}/a.mp3`
  await download({ ...options, url, transport })
  assert.deepEqual([lookups, requests.length], [1, 1])
  await fails({ ...options, url, transport }, 'url_forbidden')
})

test('a socket that ends up elsewhere than was checked is closed before a byte is sent', async t => {
  const { options, requests, port } = await serve(t, (_request, response) => response.end(body))
  const transport: Transport = {
    resolve: () => Promise.resolve(['93.184.215.14']),
    connect: target => systemTransport.connect({ ...target, host: '127.0.0.1', port }, ['127.0.0.1']),
  }
  const policy = { allowHosts: [], allowCidrs: [] }
  await fails({ ...options, url: 'http://example.org/', policy, transport }, 'url_forbidden')
  assert.equal(requests.length, 0)
})

test('a redirect from https to http is refused', async t => {
  const { options, port } = await serve(t, (request, response) => {
    if (request.url === '/b') response.end(body)
    else response.writeHead(302, { location: `http://127.0.0.1:${port}/b` }).end()
  })
  const withoutEncryption: Transport = {
    ...systemTransport,
    connect: (target, addresses) => {
      const socket = systemTransport.connect({ ...target, secure: false }, addresses)
      return socket.once('connect', () => socket.emit('secureConnect'))
    },
  }
  const url = `https://127.0.0.1:${port}/a`
  const error = await fails({ ...options, url, transport: withoutEncryption }, 'url_refused')
  assert.match(error.message, /from https to http/)
})

test('the first bytes are shown before the rest is fetched, and a refusal ends the download', async t => {
  const { options, requests, folder } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<!doctype html>')
  })
  const seen: string[] = []
  const inspect = (head: Buffer, type: string) => {
    seen.push(`${type} ${head.toString()}`)
    throw new RelayError('not_media', 'no')
  }
  await fails({ ...options, inspect }, 'not_media')
  assert.deepEqual(seen, ['text/html <!doctype html>'])
  assert.equal(requests.length, 1)
  assert.deepEqual(await readdir(folder), [])
})

test('an abort ends a download at once', async t => {
  const { options, folder } = await serve(t, (_request, response) => response.write(body))
  const controller = new AbortController()
  const running = download({ ...options, signal: controller.signal, onBytes: () => controller.abort() })
  await assert.rejects(running, { name: 'AbortError' })
  assert.deepEqual(await readdir(folder), [])
})

test('a part that may be kept is taken up by the next download, and one refused for what it is goes', async t => {
  const { options, requests, folder } = await serve(t, (request, response, count) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (count === 1)
      response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 70_000))
    else response.writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` })
    if (count > 1) response.end(body.subarray(from))
  })
  const controller = new AbortController()
  const onBytes = (received: number) => {
    if (received === 70_000) controller.abort()
  }
  const kept = { ...options, keepsPart: true }
  await assert.rejects(download({ ...kept, signal: controller.signal, onBytes }), { name: 'AbortError' })
  assert.deepEqual(await readdir(folder), ['a.mp3.part'])

  const heads: Buffer[] = []
  await download({ ...kept, inspect: head => heads.push(head) })
  assert.equal(requests[1]?.headers.range, 'bytes=70000-')
  assert.deepEqual(heads, [body.subarray(0, 512)])
  assert.deepEqual(await readFile(options.path), body)

  const inspect = () => {
    throw new RelayError('not_media', 'no')
  }
  await rm(options.path)
  await fails({ ...kept, inspect }, 'not_media')
  assert.deepEqual(await readdir(folder), [])
})

test('a part is begun anew where the server has no ranges, or less than the part', async t => {
  for (const hasRanges of [false, true]) {
    const { options, requests } = await serve(t, (request, response) => {
      if (hasRanges && request.headers.range !== undefined) response.writeHead(416).end()
      else response.end(body)
    })
    await writeFile(`${options.path}.part`, Buffer.alloc(300_000, 1))
    await download({ ...options, keepsPart: true })
    assert.equal(requests[0]?.headers.range, 'bytes=300000-')
    assert.deepEqual(await readFile(options.path), body)
  }
})
