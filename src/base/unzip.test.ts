import assert from 'node:assert/strict'
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { ZipFile } from 'yazl'
import { zipOf } from '../../test/support/zip.ts'
import { unzip } from './unzip.ts'

const limits = { maxBytes: 1_000, maxEntries: 3 }

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
    await unpack(await zipOf({ 'a.txt': 'A', 'b/c.txt': 'C' }))
    assert.equal(await readFile(join(folder, 'out/a.txt'), 'utf8'), 'A')
    assert.equal(await readFile(join(folder, 'out/b/c.txt'), 'utf8'), 'C')
  })

  for (const name of ['../evil', '/evil', 'a/../../evil', 'up/evil', 'up/evil/x', '..\\evil', 'C:\\evil']) {
    it(`refuses ${name}, which leads out of the folder`, async () => {
      await symlink('..', join(folder, 'out/up'))
      await assert.rejects(unpack(await zipOf({ [name]: 'x' })), { name: 'RelayError' })
      assert.deepEqual((await readdir(folder)).sort(), ['a.zip', 'out'])
    })
  }

  it('replaces what is there, and writes through no link', async () => {
    await writeFile(join(folder, 'outside'), 'mine')
    await symlink('../outside', join(folder, 'out/a.txt'))
    await unpack(await zipOf({ 'a.txt': 'new' }))
    assert.equal(await readFile(join(folder, 'outside'), 'utf8'), 'mine')
    assert.ok((await lstat(join(folder, 'out/a.txt'))).isFile())
  })

  it('keeps programs executable, and no special bits', async () => {
    const zip = new ZipFile()
    zip.addBuffer(Buffer.from('#!/bin/sh'), 'run.sh', { mode: 0o104755 })
    zip.end()
    await unpack(await buffer(zip.outputStream))
    assert.equal((await stat(join(folder, 'out/run.sh'))).mode & 0o7777, 0o755)
  })

  it('refuses more bytes than allowed, however well they are packed', async () => {
    const bomb = await zipOf({ 'a.txt': 'x'.repeat(100_000) })
    assert.ok(bomb.length < limits.maxBytes)
    await assert.rejects(unpack(bomb), { code: 'too_large', message: /more than 1000 bytes/ })
  })

  it('counts the bytes of all files together', async () => {
    const archive = await zipOf({ a: 'x'.repeat(600), b: 'x'.repeat(600) })
    await assert.rejects(unpack(archive), { code: 'too_large' })
  })

  it('refuses more entries than allowed', async () => {
    const archive = await zipOf({ a: '', b: '', c: '', d: '' })
    await assert.rejects(unpack(archive), { code: 'too_large', message: /more than 3 entries/ })
  })

  it('refuses the same name twice', async () => {
    const zip = new ZipFile()
    for (const text of ['one', 'two']) zip.addBuffer(Buffer.from(text), 'a.txt')
    zip.end()
    await assert.rejects(unpack(await buffer(zip.outputStream)), { code: 'bad_media', message: /twice/ })
  })

  it('refuses links', async () => {
    const zip = new ZipFile()
    zip.addBuffer(Buffer.from('/etc/passwd'), 'a.txt', { mode: 0o120777 })
    zip.end()
    await assert.rejects(unpack(await buffer(zip.outputStream)), {
      code: 'bad_media',
      message: /"a\.txt" is a link/,
    })
  })

  it('says that what is no archive is none', async () => {
    await assert.rejects(unpack(Buffer.from('<html>')), { code: 'download_failed' })
  })
})
