import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { replaceFile } from './replace-file.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-replace-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a file is replaced whole, with its mode, in a folder that was not there', async t => {
  const path = join(folderFor(t), 'deep', 'er', 'file')
  await replaceFile(path, 'one', 0o644)
  await replaceFile(path, 'two', 0o600)
  assert.equal(readFileSync(path, 'utf8'), 'two')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(join(path, '..')), ['file'])
})

test('a link stays a link', async t => {
  const folder = folderFor(t)
  await replaceFile(join(folder, 'real'), 'one', 0o600)
  symlinkSync(join(folder, 'real'), join(folder, 'link'))
  await replaceFile(join(folder, 'link'), 'two', 0o600)
  assert.equal(readFileSync(join(folder, 'real'), 'utf8'), 'two')
})

test('what cannot be written leaves nothing beside it', async t => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'taken'))
  await assert.rejects(replaceFile(join(folder, 'taken'), 'x', 0o600), { code: 'EISDIR' })
  assert.deepEqual(readdirSync(folder), ['taken'])
})
