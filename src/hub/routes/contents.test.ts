import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../test/support/git-repository.ts'
import {
  type HubFixture,
  startPermittedJob,
  startTestHub,
  testToken,
} from '../../../test/support/running-hub.ts'

interface Put {
  readonly content: string
  readonly sha?: string
  readonly branch?: string
}

async function put({ json }: HubFixture, path: string, { content, ...others }: Put, token = testToken) {
  const encoded = Buffer.from(content).toString('base64')
  const body = JSON.stringify({ message: `Write ${path}`, content: encoded, ...others })
  const headers = { Authorization: `Bearer ${token}` }
  const { status, body: answer } = await json(`/contents/${path}`, { method: 'PUT', body, headers })
  const written = answer as { message?: string; content?: { sha: string }; commit?: { sha: string } }
  return { ...written, status }
}

test('A file is created, changed with the sha it had, and deleted, in the work tree as well', async t => {
  const hub = await startTestHub(t)
  const { repository, request } = hub
  const file = join(repository.path, 'notes/é.txt')
  const made = await put(hub, 'notes/%C3%A9.txt', { content: 'one' })
  assert.equal(made.status, 201)
  assert.equal(readFileSync(file, 'utf8'), 'one')
  assert.equal(
    repository.git('log', '-1', '--format=%H %an %s'),
    `${made.commit?.sha} octo Write notes/%C3%A9.txt`,
  )

  const sha = made.content?.sha ?? ''
  assert.equal((await put(hub, 'notes/%C3%A9.txt', { content: 'two', sha })).status, 200)
  assert.equal((await put(hub, 'notes/%C3%A9.txt', { content: 'three', sha })).status, 409)
  const latest = repository.git('rev-parse', 'HEAD:notes/é.txt')
  const gone = await request(`/contents/notes/é.txt?message=Go&sha=${latest}`, { method: 'DELETE' })
  assert.equal(gone.status, 200)
  assert.equal(existsSync(file), false)
  assert.equal(repository.git('status', '--porcelain'), '')
})

test('A program stays one when its text changes', async t => {
  const hub = await startTestHub(t)
  hub.repository.write({ 'run.sh': 'one' })
  hub.repository.git('add', '--chmod=+x', 'run.sh')
  hub.repository.git('commit', '--quiet', '--message', 'Add')
  hub.repository.git('checkout', '--quiet', '.')
  const sha = hub.repository.git('rev-parse', 'HEAD:run.sh')
  assert.equal((await put(hub, 'run.sh', { content: 'two', sha })).status, 200)
  assert.match(hub.repository.git('ls-tree', 'HEAD', 'run.sh'), /^100755 /)
})

test('While a person’s work tree has changes its branch stays, and another branch does not care', async t => {
  const hub = await startTestHub(t)
  const { repository } = hub
  repository.git('branch', 'side')
  repository.write({ '.github/workflows/echo.yml': 'edited' })
  const refused = await put(hub, 'new', { content: 'x' })
  assert.equal(refused.status, 409)
  assert.match(refused.message ?? '', /Working directory has unstaged changes/)
  assert.equal(readFileSync(join(repository.path, '.github/workflows/echo.yml'), 'utf8'), 'edited')
  assert.equal((await put(hub, 'new', { content: 'x', branch: 'side' })).status, 201)
  assert.equal(existsSync(join(repository.path, 'new')), false)
})

test('An ignored file that is nobody’s commit is not written over', async t => {
  const hub = await startTestHub(t)
  hub.repository.write({ '.git/info/exclude': '.env\n', '.env': 'mine' })
  const refused = await put(hub, '.env', { content: 'theirs' })
  assert.deepEqual([refused.status, refused.message], [409, 'the untracked file ".env" would be overwritten'])
  assert.equal(readFileSync(join(hub.repository.path, '.env'), 'utf8'), 'mine')
})

test('Of many who write at once each change is there or was refused, and files and branch agree', async t => {
  const hub = await startTestHub(t)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const answers = await Promise.all(names.map(async name => await put(hub, name, { content: name })))
  const made = names.filter((_, at) => answers[at]?.status === 201)
  assert.ok(made.length > 0)
  assert.ok(answers.every(({ status }) => status === 201 || status === 409))
  const listed = hub.repository.git('ls-tree', '--name-only', 'HEAD').split('\n')
  assert.deepEqual(
    listed.filter(name => names.includes(name)),
    made,
  )
  assert.equal(hub.repository.git('status', '--porcelain'), '')
})

test('A path that no work tree may have is refused', async t => {
  const hub = await startTestHub(t)
  const head = hub.repository.git('rev-parse', 'HEAD')
  const paths = [
    '.git/config',
    'a/.GIT/x',
    '.git%20/x',
    '.g%E2%80%8Cit/x',
    'git~1',
    '.git::$INDEX',
    'a//b',
    '%00',
    '..%2fx',
  ]
  for (const path of paths) {
    const { status } = await put(hub, path, { content: 'x' })
    assert.ok(status === 422 || status === 404, `${path}: ${status}`)
  }
  assert.equal((await put(hub, '.github', { content: 'x' })).status, 422)
  assert.equal(hub.repository.git('rev-parse', 'HEAD'), head)
})

test('A job with contents: write writes files, but no workflow; the owner’s workflow is there at once', async t => {
  const hub = await startTestHub(t)
  const token = (await startPermittedJob(hub, '{contents: write}')).githubToken
  const made = await put(hub, 'result', { content: 'x' }, token)
  assert.equal(made.status, 201)
  assert.equal(hub.repository.git('log', '-1', '--format=%an'), 'github-actions[bot]')
  const workflow = { content: 'on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}' }
  const refused = await put(hub, '.github/workflows/new.yml', workflow, token)
  assert.equal(refused.status, 403)
  assert.match(refused.message ?? '', /without `workflows` permission/)

  assert.equal((await put(hub, '.github/workflows/new.yml', workflow)).status, 201)
  assert.equal((await hub.json('/actions/workflows/new.yml')).status, 200)
})

test('A hub without git says why nothing can be written', async t => {
  const { hub } = await startTestHub(t, undefined, { repositoryPath: temporaryFolder(t) })
  const url = `${hub.apiUrl}/repos/${hub.repository.owner}/${hub.repository.name}`
  const writes = [
    ['PUT', '/contents/a'],
    ['DELETE', '/contents/a'],
    ['POST', '/git/blobs'],
    ['POST', '/git/trees'],
    ['POST', '/git/commits'],
    ['POST', '/git/tags'],
    ['POST', '/git/refs'],
    ['PATCH', '/git/refs/heads/main'],
    ['DELETE', '/git/refs/heads/main'],
  ] as const
  for (const [method, path] of writes) {
    const answer = await fetch(url + path, { method, headers: { Authorization: `Bearer ${testToken}` } })
    assert.equal(answer.status, 403, `${method} ${path}`)
    assert.match(await answer.text(), /no git repository that could be written/)
  }
})
