import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { GitFixture, makeGitRepository, temporaryFolder } from '../../../test/support/git-repository.ts'
import { openRepository } from './open-repository.ts'
import type { RepositoryWriter } from './repository-writer.ts'

const rights = { workflows: true }
const main = 'refs/heads/main'

async function open(t: TestContext, fixture: GitFixture) {
  const repository = await openRepository(fixture.path)
  t.after(() => repository.close())
  assert.ok(repository.writer)
  return { fixture, writer: repository.writer, head: fixture.git('rev-parse', 'HEAD') }
}

/** A commit on top of the head, to which nothing refers. */
async function next(fixture: GitFixture, writer: RepositoryWriter, content: string): Promise<string> {
  const blob = await writer.writeObject('blob', Buffer.from(content))
  const tree = await writer.writeTree(fixture.git('rev-parse', 'HEAD'), [
    { path: 'a', mode: null, sha: blob },
  ])
  assert.equal(tree.kind, 'written')
  return fixture.git('commit-tree', tree.sha, '-p', 'HEAD', '-m', content)
}

test('A ref that has moved meanwhile stays, and so do the files', async t => {
  const { fixture, writer, head } = await open(t, makeGitRepository(t, { a: 'one' }))
  const late = await next(fixture, writer, 'late')
  const first = await next(fixture, writer, 'first')
  assert.deepEqual(await writer.moveRef({ ref: main, from: head, to: first }, rights), { kind: 'moved' })
  const outcome = await writer.moveRef({ ref: main, from: head, to: late }, rights)
  assert.deepEqual(outcome, { kind: 'conflict', reason: 'refs/heads/main has moved meanwhile' })
  assert.equal(readFileSync(join(fixture.path, 'a'), 'utf8'), 'first')
  assert.equal(fixture.git('status', '--porcelain'), '')
})

test('The repository’s own settings for pushes do not count, and its hooks do not run', async t => {
  const { fixture, writer, head } = await open(t, makeGitRepository(t, { a: 'one' }))
  fixture.git('config', 'receive.denyCurrentBranch', 'ignore')
  fixture.git('config', 'receive.denyDeleteCurrent', 'ignore')
  fixture.git('config', 'core.hooksPath', '.git/hooks')
  for (const hook of ['pre-receive', 'update', 'push-to-checkout', 'reference-transaction', 'post-receive']) {
    writeFileSync(join(fixture.path, '.git/hooks', hook), '#!/bin/sh\ntouch "$GIT_DIR/ran"\n', {
      mode: 0o755,
    })
  }
  const to = await next(fixture, writer, 'two')
  assert.equal((await writer.moveRef({ ref: main, from: head, to }, rights)).kind, 'moved')
  assert.equal(readFileSync(join(fixture.path, 'a'), 'utf8'), 'two')
  assert.equal((await writer.moveRef({ ref: main, from: to, to: null }, rights)).kind, 'invalid')
  assert.equal(existsSync(join(fixture.path, '.git/ran')), false)
})

test('A bare repository is written, and so is one with SHA-256', async t => {
  const origin = makeGitRepository(t, { a: 'one' })
  const bare = new GitFixture(temporaryFolder(t))
  execFileSync('git', ['clone', '--quiet', '--bare', origin.path, bare.path])
  const modern = new GitFixture(temporaryFolder(t))
  modern.git('init', '--quiet', '--initial-branch=main', '--object-format=sha256')
  modern.commit({ a: 'one' })
  for (const repository of [bare, modern]) {
    const { fixture, writer, head } = await open(t, repository)
    const to = await next(fixture, writer, 'two')
    assert.equal((await writer.moveRef({ ref: main, from: head, to }, rights)).kind, 'moved')
    assert.equal(fixture.git('show', 'HEAD:a'), 'two')
  }
})

test('A name that is not UTF-8 survives a change beside it', async t => {
  const fixture = makeGitRepository(t, { a: 'one' })
  const blob = fixture.git('rev-parse', 'HEAD:a')
  const entry = Buffer.concat([Buffer.from('100644 \xff\xfe\0', 'latin1'), Buffer.from(blob, 'hex')])
  const options = { cwd: fixture.path, input: entry }
  const tree = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--stdin'], options).toString().trim()
  const { writer } = await open(t, fixture)
  const written = await writer.writeTree(tree, [{ path: 'b', mode: null, sha: blob }])
  assert.equal(written.kind, 'written')
  assert.equal(fixture.git('ls-tree', '--name-only', written.sha), 'b\n"\\377\\376"')
})
