import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { HttpClient, readBody } from './http.ts'
import { multipart } from './multipart.ts'

test('a form with a file is sent as it is read, and the file arrives byte by byte', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-multipart-'))
  const path = join(folder, 'audio')
  const bytes = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => index % 251))
  await writeFile(path, bytes)
  const origin = await serveOnLoopback(t, async (request, response) => {
    // Web standards' own parser of such bodies judges ours.
    const form = await new Response(request as unknown as ReadableStream, {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData()
    const file = form.get('file') as File
    const got = Buffer.from(await file.arrayBuffer())
    response.end(
      JSON.stringify({ model: form.get('model'), name: file.name, type: file.type, same: got.equals(bytes) }),
    )
  })
  const http = new HttpClient()
  t.after(async () => {
    http.close()
    await rm(folder, { recursive: true })
  })
  const file = { path, field: 'file', fileName: 'audio.mp3', contentType: 'audio/mpeg' }
  const body = await multipart([['model', 'grün "x"']], file)
  const answer = await http.send({
    url: origin,
    method: 'POST',
    headers: { 'content-type': body.contentType },
    body,
  })
  assert.deepEqual(JSON.parse((await readBody(answer, 1000)).toString()), {
    model: 'grün "x"',
    name: 'audio.mp3',
    type: 'audio/mpeg',
    same: true,
  })
})

test('a file that is gone fails the request, and leaves nothing waiting', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-multipart-'))
  const path = join(folder, 'audio')
  await writeFile(path, 'x')
  const body = await multipart([], { path, field: 'file', fileName: 'a', contentType: 'audio/mpeg' })
  await rm(folder, { recursive: true })
  const url = await serveOnLoopback(t, request => request.resume())
  const http = new HttpClient()
  t.after(() => http.close())
  await assert.rejects(http.send({ url, method: 'POST', body }), { code: 'ENOENT' })
})
