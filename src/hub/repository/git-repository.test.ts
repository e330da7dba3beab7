import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import {
  type Files,
  type GitFixture,
  makeGitRepository,
  temporaryFolder,
} from '../../../test/support/git-repository.ts'
import { namesInZip } from '../../../test/support/zip.ts'
import { openRepository } from './open-repository.ts'
import { maxFileBytes, type Repository } from './repository.ts'

const workflow = '.github/workflows/a.yml'

async function open(t: TestContext, path: string): Promise<Repository> {
  const repository = await openRepository(path)
  t.after(() => repository.close())
  return repository
}

async function make(t: TestContext, files: Files = { [workflow]: 'name: A\n' }) {
  const fixture = makeGitRepository(t, files)
  return { fixture, repository: await open(t, fixture.path) }
}

test('A repository without a remote is named after its folder', async t => {
  const { fixture, repository } = await make(t)
  assert.deepEqual(
    [repository.owner, repository.name, repository.defaultBranch],
    ['local', basename(fixture.path), 'main'],
  )
})

test('A repository is named after its remote', async t => {
  const fixture = makeGitRepository(t)
  fixture.git('remote', 'add', 'origin', 'git@github.com:octo/queue.git')
  const repository = await open(t, fixture.path)
  assert.deepEqual([repository.owner, repository.name], ['octo', 'queue'])
})

test('A branch, a tag, a full ref and a sha resolve to their commit', async t => {
  const { fixture, repository } = await make(t)
  const sha = fixture.git('rev-parse', 'HEAD')
  fixture.git('tag', '--annotate', '--message', 'one', 'v1')
  fixture.git('branch', 'feature/x')
  assert.deepEqual(await repository.resolve('main'), { ref: 'refs/heads/main', sha })
  assert.deepEqual(await repository.resolve('refs/heads/main'), { ref: 'refs/heads/main', sha })
  assert.deepEqual(await repository.resolve('feature/x'), { ref: 'refs/heads/feature/x', sha })
  assert.deepEqual(await repository.resolve('v1'), { ref: 'refs/tags/v1', sha })
  assert.deepEqual(await repository.resolve(sha), { ref: sha, sha })
  assert.deepEqual(await repository.resolve(sha.slice(0, 10)), { ref: sha, sha })
})

test('A new commit is seen without a restart', async t => {
  const { fixture, repository } = await make(t)
  await repository.resolve('main')
  const sha = fixture.commit({ [workflow]: 'name: B\n' })
  assert.equal((await repository.resolve('main'))?.sha, sha)
  const file = await repository.readPath(sha, workflow)
  assert.equal(file?.type === 'file' && file.content?.toString(), 'name: B\n')
})

test('A commit is seen although everything was packed meanwhile', async t => {
  const { fixture, repository } = await make(t)
  await repository.resolve('main')
  const sha = fixture.commit({ [workflow]: 'name: B\n' })
  fixture.git('gc', '--quiet', '--prune=now')
  assert.equal((await repository.resolve('main'))?.sha, sha)
  assert.equal((await repository.readCommit(sha))?.sha, sha)
})

test('Text that is no ref resolves to nothing and runs nothing', async t => {
  const { fixture, repository } = await make(t)
  const outside = join(temporaryFolder(t), 'made-by-an-option')
  const bad = [
    '',
    '--help',
    `--output=${outside}`,
    '-x',
    'main^',
    'main:a',
    'HEAD@{0}',
    'a..b',
    'nope',
    'main\nmain',
  ]
  for (const ref of [...bad, 'main\0', 'x'.repeat(300), 'refs/remotes/origin/main', '$(id)']) {
    assert.equal(await repository.resolve(ref), null, JSON.stringify(ref))
  }
  assert.equal(existsSync(outside), false)
  assert.equal((await repository.resolve('main'))?.sha, fixture.git('rev-parse', 'HEAD'))
})

test('A detached checkout serves its commit as a virtual main', async t => {
  const fixture = makeGitRepository(t)
  const sha = fixture.git('rev-parse', 'HEAD')
  fixture.git('checkout', '--quiet', '--detach')
  fixture.git('branch', '--quiet', '-D', 'main')
  const repository = await open(t, fixture.path)
  assert.equal(repository.defaultBranch, 'main')
  assert.deepEqual(await repository.resolve('main'), { ref: 'refs/heads/main', sha })
})

test("A detached clone takes origin's default branch", async t => {
  const origin = makeGitRepository(t)
  origin.git('branch', '--move', 'trunk')
  const clone = makeClone(t, origin)
  clone.git('checkout', '--quiet', '--detach')
  clone.git('branch', '--quiet', '-D', 'trunk')
  const repository = await open(t, clone.path)
  assert.equal(repository.defaultBranch, 'trunk')
  assert.deepEqual(await repository.resolve('trunk'), {
    ref: 'refs/heads/trunk',
    sha: origin.git('rev-parse', 'HEAD'),
  })
})

function makeClone(t: TestContext, origin: GitFixture): GitFixture {
  const clone = makeGitRepository(t)
  rmSync(join(clone.path, '.git'), { recursive: true })
  clone.git('clone', '--quiet', origin.path, '.')
  return clone
}

test('A repository without a commit is refused with the next step', async t => {
  const fixture = makeGitRepository(t)
  rmSync(join(fixture.path, '.git'), { recursive: true })
  fixture.git('init', '--quiet')
  await assert.rejects(openRepository(fixture.path), { code: 'invalid_config', hint: /commit/ })
})

test('Edited, new and deleted workflows count as uncommitted, and nothing else does', async t => {
  const { fixture, repository } = await make(t, {
    [workflow]: 'name: A\n',
    '.github/workflows/b.yml': 'name: B\n',
  })
  assert.deepEqual(await repository.uncommittedWorkflows(), [])
  fixture.write({ [workflow]: 'name: changed\n', '.github/workflows/new.yaml': 'x', 'README.md': 'x' })
  rmSync(join(fixture.path, '.github/workflows/b.yml'))
  assert.deepEqual(await repository.uncommittedWorkflows(), [
    '.github/workflows/a.yml',
    '.github/workflows/b.yml',
    '.github/workflows/new.yaml',
  ])
  fixture.commit({})
  assert.deepEqual(await repository.uncommittedWorkflows(), [])
})

test('A file beyond the limit is named but not read, and the next answer is still right', async t => {
  const { repository } = await make(t, { 'big.bin': 'x'.repeat(maxFileBytes + 1), 'small.txt': 'hello' })
  const sha = (await repository.resolve('main'))?.sha ?? ''
  const [big, small] = await Promise.all([
    repository.readPath(sha, 'big.bin'),
    repository.readPath(sha, 'small.txt'),
  ])
  assert.equal(big?.type === 'file' && big.content, null)
  assert.equal(big?.type === 'file' && big.size, maxFileBytes + 1)
  assert.equal(small?.type === 'file' && small.content?.toString(), 'hello')
})

test('A path that leads out of the commit is not found', async t => {
  const { repository } = await make(t)
  const sha = (await repository.resolve('main'))?.sha ?? ''
  for (const path of ['../../etc/passwd', '/etc/passwd', 'nope', '.git/config', './.github', 'a//b', 'a/']) {
    assert.equal(await repository.readPath(sha, path), null, path)
  }
})

test('A commit is read with its people and times', async t => {
  const { fixture, repository } = await make(t)
  const commit = await repository.readCommit(fixture.git('rev-parse', 'HEAD'))
  assert.deepEqual(commit, {
    sha: fixture.git('rev-parse', 'HEAD'),
    parents: [],
    treeSha: fixture.git('rev-parse', 'HEAD^{tree}'),
    message: 'Change files',
    author: { name: 'A. Author', email: 'author@example.invalid', date: '2026-01-02T03:04:05Z' },
    committer: { name: 'A. Committer', email: 'committer@example.invalid', date: '2026-01-02T03:04:05Z' },
  })
})

test('The tarball has one top folder and the committed files', async t => {
  const { fixture, repository } = await make(t, { 'src/a.txt': 'a' })
  fixture.write({ 'uncommitted.txt': 'x' })
  const sha = fixture.git('rev-parse', 'HEAD')
  const archive = await buffer(await repository.openArchive(sha, 'tar.gz'))
  const names = execFileSync('tar', ['-tz'], { input: archive, encoding: 'utf8' }).trim().split('\n')
  const top = `local-${repository.name}-${sha.slice(0, 7)}/`
  assert.deepEqual(names, [top, `${top}src/`, `${top}src/a.txt`])
})

test('A tarball of a commit that is not there fails instead of being empty', async t => {
  const { repository } = await make(t)
  const tarball = await repository.openArchive('0'.repeat(40), 'tar.gz')
  await assert.rejects(buffer(tarball), /git archive ended with 128/)
})

test('The zip has one top folder, and no command of the repository makes it', async t => {
  const { fixture, repository } = await make(t, { 'src/a.txt': 'a' })
  const sha = fixture.git('rev-parse', 'HEAD')
  const names = await namesInZip(await buffer(await repository.openArchive(sha, 'zip')))
  const top = `local-${repository.name}-${sha.slice(0, 7)}/`
  assert.deepEqual(names, [top, `${top}src/`, `${top}src/a.txt`])
  const mark = join(temporaryFolder(t), 'ran')
  fixture.git('config', 'tar.zip.command', `touch ${mark}`)
  await assert.rejects(repository.openArchive(sha, 'zip'), { code: 'invalid_config' })
  assert.equal(existsSync(mark), false)
})

test('Variables that point git elsewhere are not followed', async t => {
  const { fixture } = await make(t)
  process.env['GIT_DIR'] = join(temporaryFolder(t), 'elsewhere')
  t.after(() => delete process.env['GIT_DIR'])
  const repository = await open(t, fixture.path)
  assert.equal((await repository.resolve('main'))?.ref, 'refs/heads/main')
})

test('Lookups of a closed repository are refused', async t => {
  const { repository } = await make(t)
  await repository.resolve('main')
  const pending = repository.resolve('main')
  repository.close()
  await assert.rejects(pending, /closed/)
})
