import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { GitHubClient } from './client.ts'
import { putFile } from './files.ts'

const body = Buffer.alloc(200_000, 'words ')
const digest = createHash('sha256').update(body).digest('hex')

type TakeUpload = (request: IncomingMessage, response: ServerResponse, count: number) => unknown

/** A GitHub whose drafts are numbered from 1 and which takes uploads as the test says. */
async function fakeGitHub(t: TestContext, takeUpload: TakeUpload, uploadScheme = 'http') {
  const said: string[] = []
  let drafts = 0
  let uploads = 0
  const apiUrl = await serveOnLoopback(t, async (request, response) => {
    said.push(`${request.method} ${request.url}`)
    if (request.url?.startsWith('/upload/')) return takeUpload(request, response, ++uploads)
    if (request.method === 'DELETE') return response.writeHead(204).end()
    const { draft } = JSON.parse((await buffer(request)).toString('utf8'))
    assert.equal(draft, true)
    drafts += 1
    const upload_url = `${uploadScheme}://${request.headers.host}/upload/${drafts}{?name,label}`
    return response.writeHead(201).end(JSON.stringify({ id: drafts, upload_url }))
  })
  const folder = await mkdtemp(join(tmpdir(), 'relayq-files-'))
  const client = new GitHubClient({ apiUrl, token: 'secret', owner: 'octo', repo: 'queue' })
  t.after(async () => {
    client.close()
    await rm(folder, { recursive: true })
  })
  const path = join(folder, 'talk.mp3')
  await writeFile(path, body)
  return { said, client, file: { path, bytes: body.length, sha256: digest, label: 'jabc' } }
}

const answer = (response: ServerResponse, extra: object = {}) =>
  response
    .writeHead(201)
    .end(JSON.stringify({ id: 9, state: 'uploaded', size: body.length, digest: null, ...extra }))

test('a file is streamed to where the draft takes uploads, with its length and the token', async t => {
  let seen: IncomingMessage | undefined
  let received: Buffer | undefined
  const { said, client, file } = await fakeGitHub(t, async (request, response) => {
    seen = request
    received = await buffer(request)
    answer(response, { digest: `sha256:${digest}` })
  })
  assert.equal(await putFile(client, file), '1/9')
  assert.deepEqual(said, ['POST /repos/octo/queue/releases', 'POST /upload/1?name=input'])
  assert.ok(received?.equals(body))
  const { headers } = seen ?? {}
  assert.equal(headers?.['content-length'], String(body.length))
  assert.equal(headers?.['content-type'], 'application/octet-stream')
  assert.equal(headers?.authorization, 'token secret')
})

test('an upload that breaks off removes its draft and begins anew', async t => {
  const { said, client, file } = await fakeGitHub(t, async (request, response, count) => {
    if (count === 1) return request.socket.destroy()
    await buffer(request)
    return answer(response)
  })
  assert.equal(await putFile(client, file, 1), '2/9')
  assert.deepEqual(said, [
    'POST /repos/octo/queue/releases',
    'POST /upload/1?name=input',
    'DELETE /repos/octo/queue/releases/1',
    'POST /repos/octo/queue/releases',
    'POST /upload/2?name=input',
  ])
})

test('what arrives as something else is removed and not taken for the file', async t => {
  for (const extra of [{ size: 5 }, { digest: 'sha256:0' }, { state: 'starter' }]) {
    const { said, client, file } = await fakeGitHub(t, async (request, response) => {
      await buffer(request)
      answer(response, extra)
    })
    await assert.rejects(putFile(client, file), { code: 'file_unusable' })
    assert.equal(said.at(-1), 'DELETE /repos/octo/queue/releases/1')
  }
})

test('a file that shrinks while it is sent breaks the upload off', async t => {
  const { client, file, said } = await fakeGitHub(t, (request, response) => {
    request.resume().on('end', () => answer(response))
  })
  const longer = { ...file, bytes: body.length + 1 }
  await assert.rejects(putFile(client, longer, 1), { message: /200000 of 200001 bytes/ })
  assert.match(said.at(-1) ?? '', /^DELETE/)
})

test('the token goes nowhere by another scheme than that of the API', async t => {
  const { said, client, file } = await fakeGitHub(t, () => assert.fail('nothing is sent'), 'ftp')
  await assert.rejects(putFile(client, file), { code: 'protocol_mismatch' })
  assert.equal(said.length, 2)
})
