import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startPermittedJob, startTestHub, testToken } from '../../../test/support/running-hub.ts'

type Body = Readonly<Record<string, unknown>>

async function start(t: TestContext) {
  const hub = await startTestHub(t)
  const send = async (method: string, path: string, body: object, token = testToken) => {
    const headers = { Authorization: `Bearer ${token}` }
    const answer = await hub.request(`/git/${path}`, { method, body: JSON.stringify(body), headers })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Body }
  }
  const make = async (what: string, body: object, token = testToken): Promise<string> => {
    const answer = await send('POST', what, body, token)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return String(answer.body['sha'])
  }
  return { ...hub, send, make, head: hub.repository.git('rev-parse', 'HEAD') }
}

test('A tree keeps what the base has, puts, replaces and takes away, at any depth', async t => {
  const { repository, make, send } = await start(t)
  repository.commit({ 'a/b/one': '1', 'a/b/two': '2', 'a/c': '3', d: '4' })
  const head = repository.git('rev-parse', 'HEAD')
  const link = await make('blobs', { content: 'a/c' })
  const sha = await make('trees', {
    base_tree: head,
    tree: [
      { path: 'a/b/one', mode: '100644', type: 'blob', sha: null },
      { path: 'a/b/two', mode: '100644', type: 'blob', sha: null },
      { path: 'a/c', mode: '100755', type: 'blob', content: 'now a program' },
      { path: 'd/e', mode: '120000', type: 'blob', sha: link },
      { path: 'copy', mode: '040000', type: 'tree', sha: repository.git('rev-parse', 'HEAD:.github') },
    ],
  })
  const expected = [
    '100644 .github/workflows/echo.yml',
    '100755 a/c',
    '100644 copy/workflows/echo.yml',
    '120000 d/e',
  ]
  assert.deepEqual(
    repository.git('ls-tree', '-r', '--format=%(objectmode) %(path)', sha).split('\n'),
    expected,
  )
  assert.equal(repository.git('cat-file', 'blob', `${sha}:a/c`), 'now a program')
  const missing = { path: 'none', mode: '100644', type: 'blob', sha: null }
  assert.equal((await send('POST', 'trees', { base_tree: head, tree: [missing] })).status, 422)
})

test('A tree takes no path that a work tree may not have, and no object that is not of its mode', async t => {
  const { send, make, head } = await start(t)
  const blob = await make('blobs', { content: 'x' })
  const bad = [
    ...[
      '.git/hooks/x',
      '../x',
      '/x',
      'a//b',
      'a/./b',
      'a\0b',
      '.GIT',
      '.git\u200c',
      'GIT~1/x',
      'x'.repeat(300),
    ].map(path => ({ path, mode: '100644', sha: blob })),
    { path: 'a', mode: '040000', sha: blob },
    { path: 'a', mode: '100644', sha: head },
    { path: 'a', mode: '100600', sha: blob },
    { path: 'a', mode: '100644', sha: `${blob}\t../x` },
    { path: 'a', mode: '100644', sha: '--help' },
  ]
  for (const entry of bad) {
    const { status } = await send('POST', 'trees', { base_tree: head, tree: [{ ...entry, type: 'blob' }] })
    assert.equal(status, 422, JSON.stringify(entry))
  }
  const many = Array.from({ length: 501 }, (_, at) => ({ path: `${at}/x`, mode: '100644', sha: blob }))
  assert.equal((await send('POST', 'trees', { tree: many })).status, 422)
  assert.equal((await send('POST', 'trees', { base_tree: '--all', tree: many.slice(0, 1) })).status, 422)
})

test('A commit says what it was told, and nothing that would read as another line of it', async t => {
  const { send, make, repository, head } = await start(t)
  const tree = repository.git('rev-parse', 'HEAD^{tree}')
  const author = { name: 'Ada', email: 'ada@example.invalid', date: '2020-02-03T04:05:06+01:00' }
  const sha = await make('commits', { message: 'Über\n\nbody', tree, parents: [head], author })
  const shown = repository.git('log', '-1', '--format=%P %an %ae %aI %cn %B', sha)
  assert.equal(shown, `${head} Ada ada@example.invalid 2020-02-03T03:05:06+00:00 Ada Über\n\nbody`)
  const bad = [
    { author: { ...author, name: 'A\nparent x' } },
    { author: { ...author, email: 'a> 1 +0000' } },
    { author: { ...author, date: 'yesterday' } },
    { author: { ...author, date: '1960-01-01T00:00:00Z' } },
    { message: 'a\0b' },
    { tree: head },
    { parents: [tree] },
    { parents: ['HEAD'] },
  ]
  for (const change of bad) {
    const { status } = await send('POST', 'commits', { message: 'm', tree, parents: [head], ...change })
    assert.equal(status, 422, JSON.stringify(change))
  }
})

test('A ref that git could not keep, or that is not a branch or a tag, is refused', async t => {
  const { send, head } = await start(t)
  const names = [
    'main',
    'HEAD',
    'refs/stash',
    'refs/remotes/a/b',
    'refs/heads/',
    'refs/heads/a..b',
    'refs/heads/-x',
  ]
  const more = [
    'refs/heads/a.lock',
    'refs/heads/a b',
    'refs/heads/../../x',
    'refs/heads/HEAD',
    `refs/heads/${head}`,
  ]
  for (const ref of [...names, ...more, 'refs/heads/main/x', 'refs/heads/x\n', 'refs/heads/a.lock/b']) {
    assert.equal((await send('POST', 'refs', { ref, sha: head })).status, 422, ref)
  }
  for (const sha of ['HEAD', 'f'.repeat(40), '0'.repeat(40), head.slice(0, 8), `${head}^{tree}`]) {
    assert.equal((await send('POST', 'refs', { ref: 'refs/heads/new', sha })).status, 422, sha)
  }
})

test('The branch that is checked out moves with its files, and is not deleted', async t => {
  const { send, make, repository, head } = await start(t)
  const tree = await make('trees', {
    base_tree: head,
    tree: [{ path: 'new', mode: '100644', type: 'blob', content: 'x' }],
  })
  const sha = await make('commits', { message: 'm', tree, parents: [head] })
  assert.equal((await send('PATCH', 'refs/heads/main', { sha })).status, 200)
  assert.equal(existsSync(join(repository.path, 'new')), true)
  assert.equal(repository.git('status', '--porcelain'), '')
  assert.equal((await send('DELETE', 'refs/heads/main', {})).status, 422)
  assert.equal((await send('PATCH', 'refs/heads/main', { sha: head, force: true })).status, 200)
  assert.equal(existsSync(join(repository.path, 'new')), false)
})

test('A branch that another work tree has checked out is not moved from under it', async t => {
  const { send, make, repository, head } = await start(t)
  repository.git('worktree', 'add', '--quiet', '-b', 'side', join(repository.path, '.git/elsewhere'))
  repository.git('-C', '.git/elsewhere', 'rm', '--quiet', '-r', '.github')
  const tree = repository.git('rev-parse', 'HEAD^{tree}')
  const sha = await make('commits', { message: 'm', tree, parents: [head] })
  assert.equal((await send('PATCH', 'refs/heads/side', { sha })).status, 409)
  assert.equal((await send('DELETE', 'refs/heads/side', {})).status, 422)
})

test('A job makes no ref of a workflow that it put together from parts', async t => {
  const { send, make, ...hub } = await start(t)
  const token = (await startPermittedJob(hub, '{contents: write}')).githubToken
  const head = hub.repository.git('rev-parse', 'HEAD')
  const entry = { path: '.github/workflows/mine.yml', mode: '100644', type: 'blob', content: 'on: push' }
  const tree = await make('trees', { base_tree: head, tree: [entry] }, token)
  const sha = await make('commits', { message: 'm', tree, parents: [head] }, token)
  const create = { ref: 'refs/heads/mine', sha }
  assert.equal((await send('POST', 'refs', create, token)).status, 403)
  assert.equal((await send('PATCH', 'refs/heads/main', { sha }, token)).status, 403)
  const tag = await make('tags', { tag: 'v1', message: 'm', object: sha, type: 'commit' }, token)
  assert.equal((await send('POST', 'refs', { ref: 'refs/tags/v1', sha: tag }, token)).status, 403)
  assert.equal((await send('POST', 'refs', { ref: 'refs/heads/mine', sha: head }, token)).status, 201)
  assert.equal((await send('POST', 'refs', { ref: 'refs/heads/owners', sha })).status, 201)
})

test('A job may begin a branch without workflows, and not take those of another away', async t => {
  const { send, make, ...hub } = await start(t)
  const token = (await startPermittedJob(hub, '{contents: write}')).githubToken
  const entry = { path: 'a.txt', mode: '100644', type: 'blob', content: 'x' }
  const tree = await make('trees', { tree: [entry] }, token)
  const head = hub.repository.git('rev-parse', 'HEAD')
  const without = await make('commits', { message: 'm', tree, parents: [head] }, token)
  assert.equal((await send('PATCH', 'refs/heads/main', { sha: without }, token)).status, 403)
  const orphan = await make('commits', { message: 'm', tree, parents: [] }, token)
  assert.equal((await send('POST', 'refs', { ref: 'refs/heads/pages', sha: orphan }, token)).status, 201)
})
