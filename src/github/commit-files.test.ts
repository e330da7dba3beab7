import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { startTestHub, testToken, tokenWithPermissions } from '../../test/support/running-hub.ts'
import { GitHubClient } from './client.ts'
import { commitFiles, readFileAt, readHead } from './commit-files.ts'

async function open(t: TestContext) {
  const fixture = await startTestHub(t)
  const clientWith = (token: string) => {
    const client = new GitHubClient({ apiUrl: fixture.hub.apiUrl, token, owner: 'octo', repo: 'queue' })
    t.after(() => client.close())
    return client
  }
  const client = clientWith(testToken)
  const head = await readHead(client, 'main')
  assert.ok(head)
  return { ...fixture, client, clientWith, head }
}

const files = [
  { path: '.github/workflows/job.yml', text: 'on: workflow_dispatch\njobs: {}\n' },
  { path: 'policy/policy.yaml', text: 'routes: {} # Straße\n' },
]

test('several files are one commit on top of the branch, beside what was there', async t => {
  const { client, head, repository } = await open(t)
  const made = await commitFiles(client, { branch: 'main', head, message: 'Set up', files })
  assert.equal(await readHead(client, 'main'), made)
  assert.equal(repository.git('rev-parse', 'main~1'), head)
  assert.equal(await readFileAt(client, 'policy/policy.yaml', made), files[1]?.text)
  assert.match((await readFileAt(client, '.github/workflows/echo.yml', made)) ?? '', /name: Echo/)
  assert.equal(await readFileAt(client, 'policy/policy.yaml', head), null)
})

test('a branch that has moved meanwhile is left as it is', async t => {
  const { client, head, repository } = await open(t)
  const newer = repository.commit({ 'other.txt': 'x' })
  await assert.rejects(commitFiles(client, { branch: 'main', head, message: 'Set up', files }), {
    code: 'broker_rejected',
    hint: /run this again/,
  })
  assert.equal(await readHead(client, 'main'), newer)
})

test('a token without Workflows: write is told what it lacks, and nothing is written', async t => {
  const fixture = await open(t)
  const client = fixture.clientWith(await tokenWithPermissions(fixture, { contents: 'write' }))
  const commit = { branch: 'main', head: fixture.head, message: 'Set up', files }
  await assert.rejects(commitFiles(client, commit), { code: 'not_authorized', hint: /Workflows: write/ })
  assert.equal(await readHead(client, 'main'), fixture.head)
})

/** A repository without a commit, as GitHub has it: its git database answers 409 until there is one. */
async function emptyRepository(t: TestContext) {
  const calls: string[] = []
  let isEmpty = true
  const apiUrl = await serveOnLoopback(t, async (request, response) => {
    const body = await text(request)
    const call = `${request.method} ${(request.url ?? '').replace('/repos/octo/queue', '')}`
    calls.push(call)
    if (call.startsWith('PUT /contents/')) isEmpty = false
    else if (isEmpty) {
      response.writeHead(409).end('{"message": "Git Repository is empty."}')
      return
    }
    const answer = { commit: { sha: 'first' }, tree: { sha: 'tree' }, sha: 'made', body }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const client = new GitHubClient({ apiUrl, token: 'x', owner: 'octo', repo: 'queue' })
  t.after(() => client.close())
  return { client, calls }
}

test('an empty repository gets its first commit from the contents API', async t => {
  const { client, calls } = await emptyRepository(t)
  assert.equal(await readHead(client, 'main'), null)
  await commitFiles(client, { branch: 'main', head: null, message: 'Set up', files })
  assert.deepEqual(calls.slice(1), [
    'PUT /contents/policy/policy.yaml',
    'GET /git/commits/first',
    'POST /git/trees',
    'POST /git/commits',
    'PATCH /git/refs/heads/main',
  ])
})

test('GitHub’s 404 to a tree with workflows is told as what it is', async t => {
  const apiUrl = await serveOnLoopback(t, (request, response) => {
    const isTree = request.method === 'POST' && request.url?.endsWith('/git/trees')
    response.writeHead(isTree ? 404 : 200).end('{"message": "Not Found", "sha": "x", "tree": {"sha": "t"}}')
  })
  const client = new GitHubClient({ apiUrl, token: 'x', owner: 'octo', repo: 'queue' })
  t.after(() => client.close())
  await assert.rejects(commitFiles(client, { branch: 'main', head: 'h', message: 'm', files }), {
    code: 'not_authorized',
    hint: /a classic one the scope workflow/,
  })
})
