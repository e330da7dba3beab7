import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { copyTree } from './copy-tree.ts'

/** A folder of programs, one of which lies elsewhere and is linked to. */
function makeTree(t: TestContext): { readonly from: string; readonly to: string } {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-copy-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const from = join(folder, 'from')
  mkdirSync(join(from, 'deep', 'deeper'), { recursive: true })
  mkdirSync(join(folder, 'elsewhere'))
  writeFileSync(join(folder, 'elsewhere', 'part'), 'linked')
  writeFileSync(join(from, 'deep', 'deeper', 'run'), 'echo', { mode: 0o755 })
  writeFileSync(join(from, 'deep', 'notes.md'), 'read me')
  symlinkSync('deep/deeper/run', join(from, 'start'))
  symlinkSync('../elsewhere', join(from, 'parts'))
  return { from, to: join(folder, 'to') }
}

test('A folder is copied with what its links lead to, without what is not wanted', async t => {
  const { from, to } = makeTree(t)
  await copyTree(from, to, name => !name.endsWith('.md'))
  rmSync(join(from, '..', 'elsewhere'), { recursive: true })
  rmSync(from, { recursive: true })
  const copied = readdirSync(to, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  assert.deepEqual(copied.map(({ parentPath, name }) => join(parentPath, name).slice(to.length)).sort(), [
    '/deep/deeper/run',
    '/parts/part',
    '/start',
  ])
  assert.equal(readFileSync(join(to, 'parts', 'part'), 'utf8'), 'linked')
  assert.equal(statSync(join(to, 'deep', 'deeper', 'run')).mode & 0o777, 0o755)
})

test('Everyone may look into the copy, whatever whoever copies forbids for new files', async t => {
  const { from, to } = makeTree(t)
  const before = process.umask(0o077)
  t.after(() => process.umask(before))
  await copyTree(from, to)
  assert.deepEqual(
    ['', 'deep', 'deep/deeper', 'parts'].map(name => statSync(join(to, name)).mode & 0o777),
    Array(4).fill(0o755),
  )
})

test('A file that cannot be copied is told with its place', async t => {
  const { from, to } = makeTree(t)
  mkdirSync(join(to, 'start'), { recursive: true })
  await assert.rejects(copyTree(from, to), { code: 'EISDIR', dest: join(to, 'start') })
})
