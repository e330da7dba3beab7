import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { makeGitRepository, temporaryFolder } from '../../../test/support/git-repository.ts'
import { namesInZip } from '../../../test/support/zip.ts'
import { openRepository } from './open-repository.ts'

test('A folder without git serves the packaged workflows as one commit on main', async t => {
  const folder = join(temporaryFolder(t), 'my queue')
  mkdirSync(folder)
  const repository = await openRepository(folder)
  assert.deepEqual(
    [repository.owner, repository.name, repository.defaultBranch],
    ['local', 'my-queue', 'main'],
  )
  const main = await repository.resolve('main')
  assert.match(main?.sha ?? '', /^[0-9a-f]{40}$/)
  const listing = await repository.readPath(main?.sha ?? '', '.github/workflows')
  const names = listing?.type === 'dir' ? listing.entries.map(entry => entry.name) : []
  assert.ok(names.includes('transcribe_audio.yml'))
})

test('Equal packaged workflows have equal shas', async t => {
  const first = await openRepository(temporaryFolder(t))
  const second = await openRepository(temporaryFolder(t))
  assert.deepEqual(await first.resolve('main'), await second.resolve('refs/heads/main'))
  assert.equal(await first.resolve('other'), null)
})

test("A folder below another project's checkout does not serve that project", async t => {
  const outer = makeGitRepository(t, { '.github/workflows/private.yml': 'name: Private\n' })
  const inner = join(outer.path, 'node_modules/relayq')
  mkdirSync(inner, { recursive: true })
  const repository = await openRepository(inner)
  const sha = (await repository.resolve('main'))?.sha ?? ''
  assert.equal(await repository.readPath(sha, '.github/workflows/private.yml'), null)
})

test('The archives of packaged workflows hold them in one folder', async t => {
  const repository = await openRepository(temporaryFolder(t))
  const sha = (await repository.resolve('main'))?.sha ?? ''
  const archive = await buffer(await repository.openArchive(sha, 'tar.gz'))
  const folder = temporaryFolder(t)
  execFileSync('tar', ['-xz', '-C', folder, '--strip-components=1'], { input: archive })
  const names = execFileSync('ls', [join(folder, '.github/workflows')], { encoding: 'utf8' })
  assert.match(names, /transcribe_audio\.yml/)
  const zipped = await namesInZip(await buffer(await repository.openArchive(sha, 'zip')))
  const top = `${repository.owner}-${repository.name}-${sha.slice(0, 7)}`
  assert.deepEqual(
    zipped,
    names
      .trim()
      .split('\n')
      .map(name => `${top}/.github/workflows/${name}`),
  )
})

test('A folder that is not there is refused', async () => {
  await assert.rejects(openRepository('/nonexistent/folder'), { code: 'usage' })
})
