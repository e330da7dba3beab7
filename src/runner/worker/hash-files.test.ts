import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hashFilesFunction } from './hash-files.ts'

const root = mkdtempSync(join(tmpdir(), 'hash-files-'))
const workspace = join(root, 'workspace')
after(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(workspace, 'a/skip'), { recursive: true })
writeFileSync(join(workspace, 'a/one.lock'), 'one')
writeFileSync(join(workspace, 'a/skip/two.lock'), 'two')
writeFileSync(join(root, 'outside.lock'), 'outside')
symlinkSync(join(root, 'outside.lock'), join(workspace, 'link.lock'))

const hashFiles = hashFilesFunction(workspace)
const sha = (...contents: readonly string[]) => {
  const whole = createHash('sha256')
  for (const content of contents) whole.update(createHash('sha256').update(content).digest())
  return whole.digest('hex')
}

test('the hash is that of the files, in the order of their paths', () => {
  assert.equal(hashFiles(['a/**/*.lock']), sha('one', 'two'))
  assert.equal(hashFiles(['a/skip/*.lock', 'a/*.lock']), sha('one', 'two'))
})

test('a pattern with an exclamation mark leaves files out again', () => {
  assert.equal(hashFiles(['a/**/*.lock', '!a/skip/**']), sha('one'))
})

test('nothing that matches is an empty text, and files outside of the workspace never match', () => {
  assert.equal(hashFiles(['*.none']), '')
  assert.equal(hashFiles(['../*.lock']), '')
  assert.equal(hashFiles([join(root, '*.lock')]), '')
})
