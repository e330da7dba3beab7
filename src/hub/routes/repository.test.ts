import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { echoWorkflow, startTestHub, testToken } from '../../../test/support/running-hub.ts'

test('The repository is described under both prefixes, with links that lead back the same way', async t => {
  const { hub } = await startTestHub(t)
  const headers = { Authorization: `token ${testToken}` }
  for (const base of [hub.url, hub.apiUrl]) {
    const answer = await fetch(`${base}/repos/Octo/Queue`, { headers })
    const body = (await answer.json()) as Record<string, unknown>
    assert.equal(answer.status, 200)
    assert.deepEqual(
      [body['full_name'], body['default_branch'], body['url']],
      ['octo/queue', 'main', `${base}/repos/octo/queue`],
    )
  }
})

test('Workflows are listed and found by file name and id', async t => {
  const { json } = await startTestHub(t, {
    '.github/workflows/broken.yml': 'on: [',
    '.github/workflows/echo.yml': echoWorkflow,
  })
  const { body } = await json('/actions/workflows')
  const { total_count: total, workflows } = body as {
    total_count: number
    workflows: Record<string, unknown>[]
  }
  assert.equal(total, 2)
  assert.deepEqual(
    workflows.map(({ name, path, state }) => [name, path, state]),
    [
      ['.github/workflows/broken.yml', '.github/workflows/broken.yml', 'active'],
      ['Echo', '.github/workflows/echo.yml', 'active'],
    ],
  )
  assert.deepEqual((await json('/actions/workflows/echo.yml')).body, workflows[1])
  assert.deepEqual((await json(`/actions/workflows/${workflows[1]?.['id']}`)).body, workflows[1])
  assert.equal((await json('/actions/workflows/nope.yml')).status, 404)
})

test('Contents are given for a file, a folder and raw, at a ref', async t => {
  const { json, request, repository } = await startTestHub(t, { 'docs/a.txt': 'old' })
  const first = repository.git('rev-parse', 'HEAD')
  repository.commit({ 'docs/a.txt': 'new' })
  const file = (await json('/contents/docs/a.txt')).body as Record<string, unknown>
  assert.deepEqual(
    [file['type'], file['encoding'], file['content'], file['size']],
    ['file', 'base64', Buffer.from('new').toString('base64'), 3],
  )
  const folder = (await json('/contents/docs')).body as Record<string, unknown>[]
  assert.deepEqual(
    folder.map(entry => entry['path']),
    ['docs/a.txt'],
  )
  for (const root of ['/contents', '/contents/']) {
    assert.equal(((await json(root)).body as Record<string, unknown>[])[0]?.['path'], 'docs')
  }
  const raw = await request(`/contents/docs/a.txt?ref=${first}`, {
    headers: { Accept: 'application/vnd.github.raw+json' },
  })
  assert.equal(await raw.text(), 'old')
  for (const path of ['nope', '..%2f..%2fetc%2fpasswd', '%2e%2e/x', 'docs/a.txt?ref=nope']) {
    assert.equal((await request(`/contents/${path}`)).status, 404, path)
  }
})

test('A tarball holds the commit in one folder', async t => {
  const { request, repository } = await startTestHub(t, { 'a.txt': 'a' })
  const answer = await request('/tarball/main')
  assert.equal(answer.status, 200)
  const names = execFileSync('tar', ['-tz'], {
    input: Buffer.from(await answer.arrayBuffer()),
    encoding: 'utf8',
  })
  assert.equal(names.trim().split('\n')[0], `octo-queue-${repository.git('rev-parse', 'HEAD').slice(0, 7)}/`)
  assert.equal((await request('/tarball/nope')).status, 404)
})
