import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHub, testHubOptions, testToken } from '../../test/support/running-hub.ts'
import { createApp } from './app.ts'
import { createAuthenticator } from './auth.ts'
import { openHub } from './hub.ts'
import { isAllowed } from './permissions.ts'
import { hubUrls } from './urls.ts'

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

test('The owner’s token is taken in every form GitHub takes', () => {
  const { authenticate } = createAuthenticator('t0ken', () => null)
  const forms = ['Bearer t0ken', 'bearer t0ken', 'token t0ken', 'RemoteAuth t0ken']
  for (const form of [
    ...forms,
    basic('x-access-token:t0ken'),
    basic('t0ken:'),
    basic('t0ken:x-oauth-basic'),
  ]) {
    assert.deepEqual(authenticate(form), { kind: 'owner' }, form)
  }
})

test('Anything else is nobody', () => {
  const { authenticate } = createAuthenticator('t0ken', () => null)
  const others = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    't0ken',
    'Digest t0ken',
    'Bearer t0ken2',
    'Bearer T0KEN',
  ]
  for (const form of [...others, basic(''), basic(':'), 'Basic %%%', 'Bearer t0ken t0ken']) {
    assert.equal(authenticate(form), null, form)
  }
})

test('An empty owner token opens nothing', () => {
  const { authenticate } = createAuthenticator('', () => null)
  for (const form of ['Bearer ', basic(':'), basic('')]) assert.equal(authenticate(form), null)
})

test("A job's token may do what its workflow grants, and never touch runners", () => {
  const job = (permissions: Record<string, 'read' | 'write' | 'none'>) =>
    ({ kind: 'job', job: { jobId: 1, runId: 1, permissions } }) as const
  assert.equal(isAllowed(job({}), 'GET', ''), true)
  assert.equal(isAllowed(job({ actions: 'read' }), 'GET', '/contents/a'), false)
  assert.equal(isAllowed(job({ actions: 'read' }), 'GET', '/actions/runs/1/artifacts'), true)
  assert.equal(isAllowed(job({ actions: 'read' }), 'POST', '/actions/runs/1/cancel'), false)
  assert.equal(isAllowed(job({ actions: 'write' }), 'POST', '/actions/runs/1/cancel'), true)
  assert.equal(isAllowed(job({ actions: 'write', contents: 'write' }), 'GET', '/actions/runners'), false)
  assert.equal(isAllowed(job({ actions: 'write' }), 'POST', '/actions/runners/generate-jitconfig'), false)
  assert.equal(isAllowed(job({ actions: 'write' }), 'GET', '/actions/permissions'), false)
  assert.equal(isAllowed(job({ administration: 'write' }), 'PATCH', ''), false)
  assert.equal(isAllowed({ kind: 'owner' }, 'DELETE', '/actions/runners/1'), true)
})

test('A fine-grained token may do what is listed of it, and always know that the repository is there', () => {
  const token = (permissions: Record<string, 'read' | 'write'>) =>
    ({ kind: 'fine_grained', id: 1, permissions }) as const
  assert.equal(isAllowed(token({}), 'GET', ''), true)
  assert.equal(isAllowed(token({}), 'GET', '/actions/runs'), false)
  assert.equal(isAllowed(token({ actions: 'write' }), 'GET', '/actions/runs'), true)
  assert.equal(isAllowed(token({ actions: 'write' }), 'GET', '/actions/runners'), false)
  assert.equal(isAllowed(token({ administration: 'read' }), 'GET', '/actions/runners'), true)
  assert.equal(isAllowed(token({ administration: 'read' }), 'PUT', '/actions/permissions'), false)
  assert.equal(isAllowed(token({ administration: 'write' }), 'PATCH', ''), true)
  assert.equal(isAllowed(token({ secrets: 'write' }), 'PUT', '/actions/secrets/X'), true)
})

test("A running job's own token reads what its workflow grants, and nothing once the job has ended", async t => {
  const { hub, startEcho, runner } = await startTestHub(t)
  const id = await startEcho('hello')
  const job = await (await runner('mac', ['self-hosted', 'echo'])).takeJob()
  const token = job.githubToken
  const ask = async (path: string): Promise<number> => {
    const answer = await fetch(`${hub.apiUrl}/repos/octo/queue${path}`, {
      headers: { Authorization: `token ${token}` },
    })
    return answer.status
  }
  assert.equal(await ask('/contents/.github/workflows/echo.yml'), 200)
  assert.equal(await ask('/tarball/main'), 200)
  assert.equal(await ask(`/actions/runs/${id}`), 403)
  assert.equal(await ask('/actions/runners'), 403)
  await job.complete('succeeded')
  assert.equal(await ask('/contents/.github/workflows/echo.yml'), 401)
})

test('RemoteAuth is for the routes a runner configures itself by', async t => {
  const { hub } = await startTestHub(t)
  const ask = async (path: string): Promise<number> => {
    const headers = { Authorization: `RemoteAuth ${testToken}` }
    return (await fetch(`${hub.apiUrl}/repos/octo/queue${path}`, { headers })).status
  }
  assert.equal(await ask('/actions/runners?name=x'), 200)
  assert.equal(await ask('/actions/runs'), 401)
})

/** What a request without a token may reach: the door to the pages, its style and script. */
const openPaths: Readonly<Record<string, number>> = {
  '/-/login': 401,
  '/-/pages.css': 200,
  '/-/pages.js': 200,
  '/octo/queue': 302,
}

/** Links below `/-/` and blobs carry a signature of their own, which is missing here. */
function answerWithoutToken(path: string): number {
  return openPaths[path] ?? (/^\/(-|_blobs)\//.test(path) ? 403 : 401)
}

test('Without a token every route that exists answers 401, but for signed links and the door to the pages', async t => {
  await using resources = new AsyncDisposableStack()
  const { options } = testHubOptions(t)
  const hub = await openHub(options, resources, () => hubUrls(options, 80))
  const app = createApp(hub)
  assert.ok(app.routes.length > 80, 'the walk sees the routes')
  for (const { method, path } of app.routes) {
    const concrete = path
      .replace('/:owner/:repo', '/octo/queue')
      .replaceAll(/:\w+(\{[^}]*\})?/g, '1')
      .replace('*', 'x')
    for (const sent of method === 'ALL' ? ['GET', 'POST', 'PUT', 'DELETE'] : [method]) {
      const answer = await app.request(`http://127.0.0.1${concrete}`, { method: sent })
      assert.equal(answer.status, answerWithoutToken(path), `${sent} ${path}`)
    }
  }
})

test('Every REST path needs a token, and another repository does not exist', async t => {
  const { hub } = await startTestHub(t)
  const paths = [
    '/',
    '/user',
    '/meta',
    '/rate_limit',
    '/repos/octo/queue',
    '/repos/octo/queue/actions/runs',
    '/nope',
  ]
  for (const path of [...paths, '/graphql', '/api/v3/repos/octo/queue/actions/runners']) {
    assert.equal((await fetch(hub.url + path)).status, 401, path)
    const wrong = await fetch(hub.url + path, { headers: { Authorization: 'Bearer wrong' } })
    assert.equal(((await wrong.json()) as { message: string }).message, 'Bad credentials', path)
  }
  const headers = { Authorization: `Bearer ${testToken}` }
  for (const path of ['/repos/octo/other', '/repos/other/queue/actions/runs', '/nope']) {
    assert.equal((await fetch(hub.url + path, { headers })).status, 404, path)
  }
})

test('A version of the API that does not exist is 400', async t => {
  const { request } = await startTestHub(t)
  const answer = await request('', { headers: { 'X-GitHub-Api-Version': '2020-01-01' } })
  assert.equal(answer.status, 400)
})

test('Rate limits lose their old member with version 2026-03-10', async t => {
  const { hub } = await startTestHub(t)
  const ask = async (version: string): Promise<string[]> => {
    const headers = { Authorization: `Bearer ${testToken}`, 'X-GitHub-Api-Version': version }
    const answer = await fetch(`${hub.apiUrl}/rate_limit`, { headers })
    return Object.keys((await answer.json()) as object)
  }
  assert.deepEqual(await ask('2022-11-28'), ['resources', 'rate'])
  assert.deepEqual(await ask('2026-03-10'), ['resources'])
})
