import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Cleanup, GitFixture, temporaryFolder } from '../../test/support/git-repository.ts'
import { takeScriptFiles } from './script-files.ts'

function folders(t: Cleanup): { readonly from: string; readonly to: string } {
  const root = temporaryFolder(t)
  const [from, to] = [join(root, 'output'), join(root, 'result')]
  mkdirSync(from)
  mkdirSync(to)
  return { from, to }
}

test('files are moved as they are, also from folders and with a dot before their name', async t => {
  const { from, to } = folders(t)
  new GitFixture(from).write({
    'b.jpg': 'b',
    'site/index.html': 'a',
    'site/css/.map': '',
    'Größe (1).txt': '12',
  })
  const taken = await takeScriptFiles(from, to)
  const names = ['Größe (1).txt', 'b.jpg', 'site/css/.map', 'site/index.html']
  assert.deepEqual(taken, {
    files: Object.fromEntries(names.map(name => [name, name])),
    bytes: 4,
    warnings: [],
  })
  assert.equal(readFileSync(join(to, 'site/index.html'), 'utf8'), 'a')
})

test('links are not followed; they, pipes and names that no artifact takes are left out and named', async t => {
  const { from, to } = folders(t)
  writeFileSync(join(from, 'kept.txt'), 'kept')
  symlinkSync('/etc/passwd', join(from, 'passwd'))
  symlinkSync('/etc', join(from, 'etc'))
  symlinkSync('kept.txt', join(from, 'kept-too.txt'))
  execFileSync('mkfifo', [join(from, 'pipe')])
  for (const name of ['a\nb', 'say "hi"', 'what?', 'result.json', '::error::x'])
    writeFileSync(join(from, name), '')
  const { files, warnings } = await takeScriptFiles(from, to)
  assert.deepEqual(files, { 'kept.txt': 'kept.txt' })
  assert.deepEqual(readdirSync(to), ['kept.txt'])
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /^9 files of the script's output left out: .* and 4 more\.$/)
  assert.doesNotMatch(warnings[0] ?? '', /\n/)
})

test('what is left out is told with the reason', async t => {
  const { from, to } = folders(t)
  symlinkSync('/etc/passwd', join(from, 'passwd'))
  const { files, warnings } = await takeScriptFiles(from, to)
  assert.deepEqual(files, {})
  assert.deepEqual(warnings, ["1 file of the script's output left out: passwd (a link)."])
})

test('a name that objects have by birth is a file like any other', async t => {
  const { from, to } = folders(t)
  writeFileSync(join(from, '__proto__'), 'x')
  const { files } = await takeScriptFiles(from, to)
  assert.equal(JSON.stringify(files), '{"__proto__":"__proto__"}')
})

test('too many files, too many folders, and too much of both are refused', async t => {
  const { from, to } = folders(t)
  for (let number = 0; number < 10_000; number++) writeFileSync(join(from, `${number}.txt`), '')
  await assert.rejects(takeScriptFiles(from, to), { code: 'too_large', message: /more than 500 files/ })
  assert.deepEqual(readdirSync(to), [])

  const large = folders(t)
  writeFileSync(join(large.from, 'hole'), '')
  truncateSync(join(large.from, 'hole'), 501_000_000)
  const refusal = { code: 'too_large', message: /501 MB, more than the 500 MB/ }
  await assert.rejects(takeScriptFiles(large.from, large.to), refusal)
})
