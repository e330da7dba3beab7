import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { replaceFile, replaceIfChanged } from './replace-file.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-replace-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('a file is replaced whole, with its mode, in a folder that was not there', t => {
  const path = join(folderFor(t), 'deep', 'er', 'file')
  replaceFile(path, 'one', { mode: 0o644 })
  replaceFile(path, 'two', { mode: 0o600 })
  assert.equal(readFileSync(path, 'utf8'), 'two')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(join(path, '..')), ['file'])
})

test('a link stays a link', t => {
  const folder = folderFor(t)
  replaceFile(join(folder, 'real'), 'one', { mode: 0o600 })
  symlinkSync(join(folder, 'real'), join(folder, 'link'))
  replaceFile(join(folder, 'link'), 'two', { mode: 0o600 })
  assert.equal(readFileSync(join(folder, 'real'), 'utf8'), 'two')
})

test('what cannot be written leaves nothing beside it', t => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'taken'))
  assert.throws(() => replaceFile(join(folder, 'taken'), 'x', { mode: 0o600 }), { code: 'EISDIR' })
  assert.deepEqual(readdirSync(folder), ['taken'])
})

test('with an owner given, a link that lies in the way is not followed', t => {
  const folder = folderFor(t)
  const owner = statSync(folder)
  replaceFile(join(folder, 'precious'), 'one', { mode: 0o600 })
  symlinkSync(join(folder, 'precious'), join(folder, 'trap'))
  replaceFile(join(folder, 'trap'), 'two', { mode: 0o600, owner })
  assert.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'one')
  assert.equal(readFileSync(join(folder, 'trap'), 'utf8'), 'two')
  assert.throws(() => readlinkSync(join(folder, 'trap')), { code: 'EINVAL' })
  const { uid, gid } = statSync(join(folder, 'trap'))
  assert.deepEqual({ uid, gid }, { uid: owner.uid, gid: owner.gid })
})

test('a file that says the same already is left alone', t => {
  const path = join(folderFor(t), 'deep', 'file')
  assert.equal(replaceIfChanged(path, 'one', { mode: 0o600 }), true)
  const { ino } = statSync(path)
  assert.equal(replaceIfChanged(path, 'one', { mode: 0o600 }), false)
  assert.equal(statSync(path).ino, ino)
  assert.equal(replaceIfChanged(path, 'two', { mode: 0o755 }), true)
  assert.equal(statSync(path).mode & 0o777, 0o755)
})
