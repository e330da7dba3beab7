import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { until } from '../../../test/support/fleet.ts'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import {
  type HubFixture,
  startTestHub,
  testHubOptions,
  testToken,
} from '../../../test/support/running-hub.ts'
import { startHub } from '../hub.ts'

const mebi = 1024 * 1024
const authorization = { Authorization: `Bearer ${testToken}` }

interface ReleaseHub extends HubFixture {
  readonly stateDir: string
}

/** A hub with the release v1, whose id is 1. */
async function startReleaseHub(t: TestContext): Promise<ReleaseHub> {
  const stateDir = temporaryFolder(t)
  const hub = await startTestHub(t, undefined, { stateDir })
  await hub.request('/releases', { method: 'POST', body: '{"tag_name": "v1"}' })
  return { ...hub, stateDir }
}

async function upload(
  hub: HubFixture,
  name: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const query = new URLSearchParams({ name })
  return await hub.request(`/releases/1/assets?${query}`, { method: 'POST', body, headers, ...half })
}

/** What fetch asks of whoever sends a stream. */
const half = { duplex: 'half' } as RequestInit

function files(stateDir: string, folder: 'incoming' | 'whole'): readonly string[] {
  return readdirSync(join(stateDir, 'blobs', folder))
}

async function download(hub: HubFixture, asset: number, headers: Readonly<Record<string, string>> = {}) {
  const accept = { Accept: 'application/octet-stream', ...headers }
  const answer = await hub.request(`/releases/assets/${asset}`, { headers: accept })
  return { answer, status: answer.status, text: await answer.text() }
}

test('A file is streamed to the address that its release names, and comes back byte for byte', async t => {
  const hub = await startReleaseHub(t)
  const chunk = Buffer.alloc(mebi, 'relayq')
  const chunks = Array.from({ length: 40 }, () => chunk)
  const release = (await hub.json('/releases/1')).body as { upload_url: string }
  const address = release.upload_url.replace(/\{\?name,label\}$/, '?name=big.zip&label=Big')
  assert.match(address, /\/api\/uploads\/repos\/octo\/queue\/releases\/1\/assets\?/)
  const body = Readable.toWeb(Readable.from(chunks)) as ReadableStream<Uint8Array>
  const headers = { ...authorization, 'Content-Type': 'application/zip' }
  const answer = await fetch(address, { method: 'POST', body, headers, ...half })
  const asset = (await answer.json()) as Record<string, unknown>
  const hash = createHash('sha256').update(Buffer.concat(chunks)).digest('hex')
  assert.deepEqual(
    [answer.status, asset['name'], asset['label'], asset['size'], asset['digest'], asset['state']],
    [201, 'big.zip', 'Big', 40 * mebi, `sha256:${hash}`, 'uploaded'],
  )
  const back = await hub.request('/releases/assets/1', { headers: { Accept: 'application/octet-stream' } })
  assert.equal(back.headers.get('content-type'), 'application/zip')
  assert.equal(
    createHash('sha256')
      .update(await back.bytes())
      .digest('hex'),
    hash,
  )
  assert.equal(((await hub.json('/releases/assets/1')).body as Record<string, unknown>)['download_count'], 1)
})

test('Of a file its parts can be had', async t => {
  const hub = await startReleaseHub(t)
  await upload(hub, 'a.json', '0123456789', { 'Content-Type': 'application/json' })
  const part = async (headers: Readonly<Record<string, string>>) => {
    const { answer, status, text } = await download(hub, 1, headers)
    return [status, answer.headers.get('content-range'), text]
  }
  assert.deepEqual(await part({ Range: 'bytes=2-4' }), [206, 'bytes 2-4/10', '234'])
  assert.deepEqual(await part({ Range: 'bytes=7-' }), [206, 'bytes 7-9/10', '789'])
  assert.deepEqual(await part({ Range: 'bytes=-2' }), [206, 'bytes 8-9/10', '89'])
  assert.deepEqual((await part({ Range: 'bytes=10-' })).slice(0, 2), [416, 'bytes */10'])
  assert.deepEqual(await part({ Range: 'bytes=0-1,4-5' }), [200, null, '0123456789'])
  const etag = (await download(hub, 1)).answer.headers.get('etag') ?? ''
  assert.deepEqual(await part({ Range: 'bytes=0-0', 'If-Range': etag }), [206, 'bytes 0-0/10', '0'])
  assert.deepEqual(await part({ Range: 'bytes=0-0', 'If-Range': '"other"' }), [200, null, '0123456789'])
})

/** Begins an upload of 40 MB and has sent half of it. */
async function beginUpload({ hub, stateDir }: ReleaseHub): Promise<Socket> {
  const socket = connect(Number(new URL(hub.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const head = ['POST /repos/octo/queue/releases/1/assets?name=half HTTP/1.1', 'Host: localhost']
  const headers = [`Authorization: Bearer ${testToken}`, `Content-Length: ${40 * mebi}`]
  socket.write(`${[...head, ...headers].join('\r\n')}\r\n\r\n`)
  socket.write(Buffer.alloc(20 * mebi))
  await until('half of the file', () => {
    const [name] = files(stateDir, 'incoming')
    return name && statSync(join(stateDir, 'blobs/incoming', name)).size === 20 * mebi ? name : null
  })
  return socket
}

test('What arrives is on the disk at once, and nothing is left of it when the sender breaks off', async t => {
  const hub = await startReleaseHub(t)
  const said: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => said.push(line) > 0)
  const socket = await beginUpload(hub)
  socket.destroy()
  await until('an empty folder', () => (files(hub.stateDir, 'incoming').length === 0 ? true : null))
  assert.deepEqual(files(hub.stateDir, 'whole'), [])
  assert.deepEqual((await hub.json('/releases/1/assets')).body, [])
  assert.equal((await upload(hub, 'half', 'whole')).status, 201)
  assert.deepEqual(
    said.filter(line => !line.startsWith('refused ')),
    [],
  )
})

test('A release that is deleted while a file of it arrives keeps nothing of the file', async t => {
  const hub = await startReleaseHub(t)
  const socket = await beginUpload(hub)
  await hub.request('/releases/1', { method: 'DELETE' })
  const answered = once(socket, 'data')
  socket.write(Buffer.alloc(20 * mebi))
  assert.match(String(await answered), /^HTTP\/1\.1 404 /)
  assert.deepEqual([files(hub.stateDir, 'incoming'), files(hub.stateDir, 'whole')], [[], []])
  socket.destroy()
})

test('A name is given once, also to two files that arrive at the same time', async t => {
  const hub = await startReleaseHub(t)
  const answers = await Promise.all(['one', 'two', 'three'].map(body => upload(hub, 'a b', body)))
  assert.deepEqual(answers.map(answer => answer.status).sort(), [201, 422, 422])
  const refused = await upload(hub, 'a?b', 'x'.repeat(5 * mebi))
  assert.equal(refused.headers.get('connection'), 'close')
  const taken = { resource: 'ReleaseAsset', code: 'already_exists', field: 'name' }
  assert.deepEqual(((await refused.json()) as Record<string, unknown>)['errors'], [taken])
  assert.equal(files(hub.stateDir, 'whole').length, 1)
})

test('The bytes go with the file, and with the release', async t => {
  const hub = await startReleaseHub(t)
  for (const name of ['a', 'b', 'c']) await upload(hub, name, name)
  const { answer } = await download(hub, 1)
  assert.equal(files(hub.stateDir, 'whole').length, 3)
  assert.equal((await hub.request('/releases/assets/1', { method: 'DELETE' })).status, 204)
  assert.equal(files(hub.stateDir, 'whole').length, 2)
  assert.equal((await fetch(answer.url)).status, 404, 'a link outlives the file')
  assert.equal((await hub.request('/releases/1', { method: 'DELETE' })).status, 204)
  assert.deepEqual(files(hub.stateDir, 'whole'), [])
  assert.equal((await download(hub, 2)).status, 404)
})

test('Files outlast a restart, which sweeps away bytes that belong to nothing', async t => {
  const { options } = testHubOptions(t)
  const first = await startHub(options)
  const address = (url: string, path: string) => `${url}/repos/octo/queue${path}`
  const post = { method: 'POST', headers: authorization }
  await fetch(address(first.apiUrl, '/releases'), { ...post, body: '{"tag_name": "v1"}' })
  await fetch(address(first.apiUrl, '/releases/1/assets?name=a'), { ...post, body: 'kept' })
  await first.close()
  for (const folder of ['incoming', 'whole'])
    writeFileSync(join(options.stateDir, 'blobs', folder, 'orphan'), '')
  const second = await startHub(options)
  t.after(() => second.close())
  const headers = { ...authorization, Accept: 'application/octet-stream' }
  const kept = await fetch(address(second.apiUrl, '/releases/assets/1'), { headers })
  assert.equal(await kept.text(), 'kept')
  assert.deepEqual(files(options.stateDir, 'incoming'), [])
  assert.equal(files(options.stateDir, 'whole').length, 1)
})

test('No name leads out of a folder, and no type is more than a header', async t => {
  const hub = await startReleaseHub(t)
  for (const name of ['../../evil', '/etc/passwd', 'a\r\nX: y', '..', '\0', 'C:\\x', '"; x="', '<b>']) {
    const answer = await upload(hub, name, 'x', { 'Content-Type': 'text/html; charset=utf-8' })
    const asset = (await answer.json()) as { id: number; name: string }
    assert.equal(answer.status, 201, name)
    assert.match(asset.name, /^[\w+@-]+(\.[\w+@-]+)*$/)
    const { headers } = (await download(hub, asset.id)).answer
    assert.match(headers.get('content-disposition') ?? '', /^attachment; filename\*=UTF-8''[\w.%+-]+$/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    await hub.request(`/releases/assets/${asset.id}`, { method: 'DELETE' })
  }
  const odd = await upload(hub, 'odd', 'x', { 'Content-Type': 'no type at all' })
  assert.equal(((await odd.json()) as Record<string, unknown>)['content_type'], 'application/octet-stream')
  for (const name of ['', 'x'.repeat(256)]) assert.equal((await upload(hub, name, 'x')).status, 422)
})

test('A file of no bytes is refused, and so is one that says it is 2 GiB', async t => {
  const hub = await startReleaseHub(t)
  assert.equal((await upload(hub, 'empty', '')).status, 422)
  const socket = connect(Number(new URL(hub.hub.url).port), '127.0.0.1')
  const length = `Authorization: Bearer ${testToken}\r\nContent-Length: ${2048 * mebi}\r\n`
  socket.write(`POST /repos/octo/queue/releases/1/assets?name=x HTTP/1.1\r\nHost: localhost\r\n${length}\r\n`)
  const [answer] = await once(socket, 'data')
  assert.match(String(answer), /^HTTP\/1\.1 422 [\s\S]*"field":"size"/)
  socket.destroy()
  assert.deepEqual([files(hub.stateDir, 'incoming'), files(hub.stateDir, 'whole')], [[], []])
})

test('Below the address of uploads there is nothing but uploads', async t => {
  const hub = await startReleaseHub(t)
  const origin = hub.hub.url
  const ask = async (path: string, method: string): Promise<number> =>
    (await fetch(`${origin}/api/uploads${path}`, { method, headers: authorization })).status
  assert.equal(await ask('/repos/octo/queue/releases', 'GET'), 404)
  assert.equal(await ask('/user', 'GET'), 404)
  const unknown = await fetch(`${origin}/api/uploads/repos/octo/queue/releases/1/assets?name=x`, {
    method: 'POST',
    body: 'x',
  })
  assert.equal(unknown.status, 401)
})
