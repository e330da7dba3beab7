import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type GitClient, startHubForGit } from '../../../test/support/git-client.ts'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import { startPermittedJob, startTestHub, testToken } from '../../../test/support/running-hub.ts'

/** A clone at `clone`, made with the token. */
async function clone(t: TestContext, tokenOf: (hub: GitClient) => Promise<string> = async () => testToken) {
  const hub = await startHubForGit(t)
  const token = await tokenOf(hub)
  await hub.git('clone', '--quiet', hub.address(token), 'clone')
  const commit = async (name: string, content: string, message = 'Change'): Promise<string> => {
    const path = join(hub.folder, 'clone', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    await hub.git('-C', 'clone', 'add', '--force', name)
    await hub.git('-C', 'clone', 'commit', '--quiet', '--message', message)
    return await hub.git('-C', 'clone', 'rev-parse', 'HEAD')
  }
  const push = async (...args: readonly string[]): Promise<string> =>
    await hub.git('-C', 'clone', 'push', 'origin', ...args)
  return { ...hub, token, commit, push }
}

test('The owner pushes: the branch that is checked out moves with its files, others without', async t => {
  const { commit, push, repository } = await clone(t)
  const main = await commit('a/file', 'second')
  await push('main')
  assert.equal(repository.git('rev-parse', 'HEAD'), main)
  assert.equal(readFileSync(join(repository.path, 'a/file'), 'utf8'), 'second')
  assert.equal(repository.git('status', '--porcelain'), '')

  const side = await commit('b', 'new')
  await push('main:refs/heads/side', 'main:refs/tags/v1')
  assert.equal(repository.git('rev-parse', 'side'), side)
  assert.equal(repository.git('rev-parse', 'v1'), side)
  assert.equal(existsSync(join(repository.path, 'b')), false)
  await push('--delete', 'side')
  assert.equal(repository.git('branch', '--list', 'side'), '')
})

test('A push that would write over what a person works on is refused, and nothing is lost', async t => {
  const { commit, push, repository } = await clone(t)
  const before = repository.git('rev-parse', 'HEAD')
  await commit('a/file', 'pushed')

  repository.write({ 'a/file': 'edited' })
  await assert.rejects(push('main'), /Working directory has unstaged changes/)
  repository.git('add', 'a/file')
  await assert.rejects(push('main'), /Working directory has staged changes/)
  assert.equal(readFileSync(join(repository.path, 'a/file'), 'utf8'), 'edited')
  repository.git('reset', '--quiet', '--hard')

  await commit('secret', 'pushed')
  repository.write({ '.git/info/exclude': 'secret\n', secret: 'mine' })
  await assert.rejects(push('main'), /the untracked file "secret" would be overwritten/)
  assert.equal(readFileSync(join(repository.path, 'secret'), 'utf8'), 'mine')

  assert.equal(repository.git('rev-parse', 'HEAD'), before)
  await assert.rejects(push('--delete', 'main'), /deletion of the current branch prohibited/)
})

test('A file that takes a folder’s place, and the other way, is no loss', async t => {
  const { commit, push, repository, git } = await clone(t)
  await git('-C', 'clone', 'rm', '--quiet', 'a/file')
  await commit('a', 'a file now')
  await push('main')
  assert.equal(readFileSync(join(repository.path, 'a'), 'utf8'), 'a file now')
  await git('-C', 'clone', 'revert', '--no-edit', 'HEAD')
  await push('main')
  assert.equal(readFileSync(join(repository.path, 'a/file'), 'utf8'), 'first')
})

test('A push that is larger than git sends at once arrives whole', async t => {
  const { commit, push, repository } = await clone(t)
  const large = randomBytes(2 * 1024 * 1024).toString('base64')
  const pushed = await commit('large', large)
  await push('main')
  assert.equal(repository.git('rev-parse', 'HEAD'), pushed)
  assert.equal(readFileSync(join(repository.path, 'large'), 'utf8'), large)
})

test('A rewritten branch needs force, and what is the person’s own in refs is out of reach', async t => {
  const { commit, push, repository, git } = await clone(t)
  await commit('a/file', 'second')
  await push('main')
  await git('-C', 'clone', 'commit', '--quiet', '--amend', '--message', 'Rewritten')
  await assert.rejects(push('main'), /non-fast-forward/)
  await push('--force', 'main')
  assert.equal(repository.git('log', '-1', '--format=%s'), 'Rewritten')
  for (const ref of ['refs/stash', 'refs/remotes/origin/main', 'refs/heads/HEAD', 'refs/notes/x']) {
    await assert.rejects(push(`main:${ref}`), /not a branch or a tag|hidden ref/, ref)
  }
})

test('Of two who push from the same commit one wins, and files and branch agree', async t => {
  const { commit, git, repository, address } = await clone(t)
  await git('clone', '--quiet', address(testToken), 'other')
  await commit('one', '1')
  await git('-C', 'other', 'commit', '--quiet', '--allow-empty', '--message', 'Two')
  const pushes = await Promise.allSettled(
    ['clone', 'other'].map(async name => await git('-C', name, 'push', 'origin', 'main')),
  )
  assert.deepEqual(pushes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(repository.git('status', '--porcelain'), '')
})

test('A job with contents: write pushes, but no workflow that no branch has', async t => {
  const { commit, push, repository, git } = await clone(
    t,
    async hub => (await startPermittedJob(hub, '{contents: write}')).githubToken,
  )
  const pushed = await commit('result.txt', 'done')
  await push('main')
  assert.equal(repository.git('rev-parse', 'HEAD'), pushed)

  await commit('.github/workflows/mine.yml', 'on: push')
  await assert.rejects(push('main'), /without `workflows` permission/)
  await git('-C', 'clone', 'rm', '--quiet', '.github/workflows/mine.yml')
  await commit('other.txt', 'hides it')
  await assert.rejects(push('main'), /without `workflows` permission/, 'a commit in between')
  await git('-C', 'clone', 'reset', '--quiet', '--hard', pushed)
  await commit('.GitHub/Workflows/mine.yml', 'on: push')
  await assert.rejects(push('main'), /without `workflows` permission/, 'the same folder to some')
  await git('-C', 'clone', 'reset', '--quiet', '--hard', pushed)
  await assert.rejects(push('--force', 'main~2:main'), /without `workflows` permission/, 'an older one')
  await push('main:refs/heads/side')
  assert.equal(repository.git('rev-parse', 'side', 'main'), `${pushed}\n${pushed}`)
})

test('A job’s shallow clone pushes', async t => {
  const { git, address, repository, folder, ...hub } = await startHubForGit(t)
  const token = (await startPermittedJob({ ...hub, repository }, '{contents: write}')).githubToken
  await git('clone', '--quiet', '--depth=1', address(token), 'shallow')
  writeFileSync(join(folder, 'shallow/new'), 'x')
  await git('-C', 'shallow', 'add', 'new')
  await git('-C', 'shallow', 'commit', '--quiet', '--message', 'New')
  await git('-C', 'shallow', 'push', '--quiet', 'origin', 'main')
  assert.equal(readFileSync(join(repository.path, 'new'), 'utf8'), 'x')
})

test('No hook of the repository runs for a push', async t => {
  const { commit, push, repository } = await clone(t)
  for (const hook of ['pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction']) {
    const path = join(repository.path, '.git/hooks', hook)
    writeFileSync(path, '#!/bin/sh\ntouch "$(dirname "$0")/ran"\nexit 1\n', { mode: 0o755 })
  }
  await commit('a/file', 'second')
  await push('main')
  assert.equal(existsSync(join(repository.path, '.git/hooks/ran')), false)
})

test('What is no push is refused, and a tree that would leave its folder', async t => {
  const { hub, repository, commit, push, git, folder } = await clone(t)
  const send = async (body: Uint8Array | string, headers = {}): Promise<number> => {
    const type = 'application/x-git-receive-pack-request'
    const init = {
      method: 'POST',
      body,
      headers: { Authorization: `Bearer ${testToken}`, 'Content-Type': type, ...headers },
    }
    return (await fetch(`${hub.url}/octo/queue/git-receive-pack`, init)).status
  }
  const zipped = { 'Content-Encoding': 'gzip' }
  assert.equal(await send('0000'), 200)
  assert.equal(await send(gzipSync('0000'), zipped), 200)
  assert.equal(await send('not zipped', zipped), 400)
  for (const body of ['', 'zzzz', '0001', 'fff0abc', '0010push-cert 0000', '000dabcdefghi0000']) {
    assert.equal(await send(body), 400, body)
  }
  await commit('x', '1')
  const blob = await git('-C', 'clone', 'rev-parse', 'HEAD:x')
  const entry = Buffer.concat([Buffer.from('100644 ..\0'), Buffer.from(blob, 'hex')])
  writeFileSync(join(folder, 'tree'), entry)
  const tree = await git(
    '-C',
    'clone',
    'hash-object',
    '-t',
    'tree',
    '-w',
    '--literally',
    join(folder, 'tree'),
  )
  const evil = await git('-C', 'clone', 'commit-tree', tree, '-p', 'HEAD', '-m', 'evil')
  await assert.rejects(push(`${evil}:main`), /the objects are broken/)
  assert.equal(repository.git('status', '--porcelain'), '')
})

test('A hub without git says why nothing can be pushed', async t => {
  const { hub } = await startTestHub(t, undefined, { repositoryPath: temporaryFolder(t) })
  const { owner, name } = hub.repository
  const headers = { Authorization: `Bearer ${testToken}` }
  const answer = await fetch(`${hub.url}/${owner}/${name}/info/refs?service=git-receive-pack`, { headers })
  assert.equal(answer.status, 403)
  assert.match(await answer.text(), /no git repository that could be written/)
})
