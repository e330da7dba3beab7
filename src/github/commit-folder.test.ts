import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { startPermittedJob, startTestHub, testToken } from '../../test/support/running-hub.ts'
import { GitHubClient } from './client.ts'
import { commitFolder, type FolderToCommit } from './commit-folder.ts'

const never = new AbortController().signal

/** A hub, and what commits to it with the token of a job of these permissions. */
async function desk(t: TestContext, permissions = '{contents: write}') {
  const hub = await startTestHub(t)
  const { githubToken: token } = await startPermittedJob(hub, permissions)
  const folder = temporaryFolder(t)
  const client = new GitHubClient({ apiUrl: hub.hub.apiUrl, token, owner: 'octo', repo: 'queue' })
  t.after(() => client.close())
  const file = (name: string, content: string | Buffer) => {
    const path = join(folder, `${randomBytes(6).toString('hex')}`)
    writeFileSync(path, content)
    return { name, path, bytes: Buffer.byteLength(content) }
  }
  const commit = (given: Partial<FolderToCommit>) =>
    commitFolder(
      client,
      { branch: 'results', place: 'results/j1', files: [], message: 'Result of j1', ...given },
      never,
    )
  const git = (...args: readonly string[]) => hub.repository.git(...args)
  return { ...hub, git, file, commit, names: (ref: string) => git('ls-tree', '-r', '--name-only', ref) }
}

test('a folder begins a branch of its own, and takes the place of what it held before', async t => {
  const { git, file, commit, names } = await desk(t)
  const runs = git('rev-list', '--count', 'main')
  const binary = randomBytes(200_001)
  const first = await commit({ files: [file('a.txt', 'hello'), file('b.bin', binary), file('empty', '')] })
  assert.deepEqual([first.kind, first.leftOut], ['committed', []])
  assert.equal(names('results'), 'results/j1/a.txt\nresults/j1/b.bin\nresults/j1/empty')
  assert.equal(git('rev-list', '--count', 'results'), '1')
  assert.equal(git('cat-file', '-s', 'results:results/j1/b.bin'), '200001')
  assert.equal(git('log', '-1', '--format=%an %s', 'results'), 'github-actions[bot] Result of j1')

  const other = await commit({ place: 'results/j2', files: [file('c.txt', 'other')] })
  const again = await commit({ files: [file('a.txt', 'hello anew')] })
  assert.equal(names('results'), 'results/j1/a.txt\nresults/j2/c.txt')
  assert.equal(git('rev-parse', 'results~1'), other.sha)
  assert.equal(git('rev-list', '--count', 'main'), runs)

  const same = await commit({ files: [file('a.txt', 'hello anew')] })
  assert.deepEqual([same.kind, same.sha], ['same', again.sha])
  assert.equal(git('rev-parse', 'results'), again.sha)
})

test('whoever is slower puts the own folder on top of what came meanwhile', async t => {
  const { git, file, commit, names } = await desk(t)
  const places = Array.from({ length: 4 }, (_, at) => `results/j${at}`)
  await Promise.all(places.map(place => commit({ place, files: [file('a.txt', place)] })))
  assert.equal(names('results'), places.map(place => `${place}/a.txt`).join('\n'))
  assert.equal(git('rev-list', '--count', 'results'), '4')
})

test('the default branch is never written, nor what is no plain name of a branch', async t => {
  const { git, file, commit } = await desk(t)
  const before = git('for-each-ref')
  const names = ['main', 'HEAD', 'refs/heads/x', 'a..b', '-x', 'a b', '', '../x', 'a'.repeat(40), 'x.lock']
  for (const branch of names) {
    const refused = commit({ branch, files: [file('a.txt', 'x')] })
    await assert.rejects(refused, { code: 'invalid_config' }, branch)
  }
  assert.equal(git('for-each-ref'), before)
})

test('a file that the broker does not take is left out, and the others arrive', async t => {
  const { file, commit, names } = await desk(t)
  const large = file('large.json', Buffer.alloc(13 * 1024 * 1024, 'a'))
  const huge = { ...large, name: 'huge.wav', bytes: 101 * 1024 * 1024 }
  const { leftOut } = await commit({ files: [large, file('small.txt', 'x'), huge] })
  assert.equal(names('results'), 'results/j1/small.txt')
  assert.deepEqual(
    leftOut.map(({ name }) => name),
    ['large.json', 'huge.wav'],
  )
  assert.match(leftOut[0]?.reason ?? '', /too large/)
  await assert.rejects(commit({ files: [huge] }), { code: 'file_unusable' })
})

test('without the permission nothing is written, and the error names it', async t => {
  const { git, file, commit } = await desk(t, '{contents: read}')
  const before = git('for-each-ref')
  await assert.rejects(commit({ files: [file('a.txt', 'x')] }), (error: Error & { hint?: string }) =>
    /contents=write/.test(error.hint ?? ''),
  )
  assert.equal(git('for-each-ref'), before)
})

test('a branch that refuses every commit ends the attempts, and a job that is told to stop ends them at once', async t => {
  const { git, file, hub } = await desk(t)
  git('branch', 'results/other')
  const client = new GitHubClient({ apiUrl: hub.apiUrl, token: testToken, owner: 'octo', repo: 'queue' })
  t.after(() => client.close())
  const stop = AbortSignal.timeout(300)
  const folder = { branch: 'results', place: 'results/j1', files: [file('a', 'x')], message: 'm' }
  await assert.rejects(commitFolder(client, folder, stop))
  assert.equal(git('branch', '--list', 'results'), '')
})
