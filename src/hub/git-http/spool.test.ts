import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { spoolBody } from './spool.ts'

const zipped = { 'Content-Encoding': 'gzip' }

function post(body: Uint8Array<ArrayBuffer> | ReadableStream, headers = {}): Request {
  return new Request('http://hub/', { method: 'POST', body, headers, duplex: 'half' })
}

/** Where everything is put that a test must find gone. */
function useFolder(t: TestContext): string {
  const folder = temporaryFolder(t)
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  t.after(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  return folder
}

test('A body becomes a file, unzipped, that is gone after its use', async t => {
  useFolder(t)
  for (const request of [post(Buffer.from('hello')), post(Buffer.from(gzipSync('hello')), zipped)]) {
    const spooled = await spoolBody(request, 5)
    assert.ok(typeof spooled === 'object')
    assert.equal(readFileSync(spooled.file, 'utf8'), 'hello')
    await spooled[Symbol.asyncDispose]()
    assert.equal(existsSync(dirname(spooled.file)), false)
  }
})

test('A body that is too large once unzipped, is not zipped, or breaks off leaves nothing', async t => {
  const folder = useFolder(t)
  const bomb = Buffer.from(gzipSync(Buffer.alloc(1_000_000)))
  const broken = new ReadableStream({ pull: controller => controller.error(new Error('gone')) })
  assert.equal(await spoolBody(post(Buffer.from('hello!')), 5), 'too_large')
  assert.equal(await spoolBody(post(bomb, zipped), 100_000), 'too_large')
  assert.equal(await spoolBody(post(Buffer.from('hello'), zipped), 100), 'broken')
  assert.equal(await spoolBody(post(bomb.subarray(0, 500), zipped), 1_000_000), 'broken')
  assert.equal(await spoolBody(post(broken), 100), 'broken')
  assert.deepEqual(readdirSync(folder), [])
})
