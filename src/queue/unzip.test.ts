import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { ZipFile } from 'yazl'
import { resultArchive } from '../../test/support/queue-bench.ts'
import { unzip } from './unzip.ts'

const limits = { maxBytes: 1_000, maxFiles: 3 }

describe('unzip', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relayq-unzip-'))
    await mkdir(join(folder, 'out'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function unpack(archive: Buffer): Promise<void> {
    await writeFile(join(folder, 'a.zip'), archive)
    await unzip(join(folder, 'a.zip'), join(folder, 'out'), limits)
  }

  it('unpacks files and folders', async () => {
    await unpack(await resultArchive({ 'a.txt': 'A', 'b/c.txt': 'C' }))
    assert.equal(await readFile(join(folder, 'out/a.txt'), 'utf8'), 'A')
    assert.equal(await readFile(join(folder, 'out/b/c.txt'), 'utf8'), 'C')
  })

  it('refuses names that lead out of the folder', async () => {
    await assert.rejects(unpack(await resultArchive({ '../evil.txt': 'x' })), { code: 'download_failed' })
    assert.deepEqual((await readdir(folder)).sort(), ['a.zip', 'out'])
  })

  it('refuses more bytes than allowed, however well they are packed', async () => {
    const bomb = await resultArchive({ 'a.txt': 'x'.repeat(100_000) })
    assert.ok(bomb.length < limits.maxBytes)
    await assert.rejects(unpack(bomb), { code: 'too_large', message: /more than 1000 bytes/ })
  })

  it('counts the bytes of all files together', async () => {
    const archive = await resultArchive({ a: 'x'.repeat(600), b: 'x'.repeat(600) })
    await assert.rejects(unpack(archive), { code: 'too_large' })
  })

  it('refuses more files than allowed', async () => {
    const archive = await resultArchive({ a: '', b: '', c: '', d: '' })
    await assert.rejects(unpack(archive), { code: 'too_large', message: /more than 3 files/ })
  })

  it('refuses the same name twice', async () => {
    const zip = new ZipFile()
    for (const text of ['one', 'two']) zip.addBuffer(Buffer.from(text), 'a.txt')
    zip.end()
    await assert.rejects(unpack(await buffer(zip.outputStream)), { code: 'download_failed' })
  })

  it('refuses links', async () => {
    const zip = new ZipFile()
    zip.addBuffer(Buffer.from('/etc/passwd'), 'a.txt', { mode: 0o120777 })
    zip.end()
    await assert.rejects(unpack(await buffer(zip.outputStream)), {
      code: 'bad_media',
      message: /a\.txt is a link/,
    })
  })

  it('says that what is no archive is none', async () => {
    await assert.rejects(unpack(Buffer.from('<html>')), { code: 'download_failed' })
  })
})
