import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { startTestHub, testToken } from '../../test/support/running-hub.ts'
import { GitHubClient } from './client.ts'
import { createRepository } from './create-repository.ts'

/** A GitHub that makes whatever it is asked for, and tells what that was. */
async function makerOf(t: TestContext) {
  const asked: { path: string; body: Record<string, unknown> }[] = []
  const apiUrl = await serveOnLoopback(t, async (request, response) => {
    const body = JSON.parse(await text(request))
    asked.push({ path: request.url ?? '', body })
    const made = { name: body.name, private: body.private, default_branch: 'main', owner: { login: 'acme' } }
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(made))
  })
  const clientOf = (owner: string) => {
    const client = new GitHubClient({ apiUrl, token: 'x', owner, repo: 'queue' })
    t.after(() => client.close())
    return client
  }
  return { asked, clientOf }
}

test('a repository is made private and with a commit, for the user or in an organisation', async t => {
  const { asked, clientOf } = await makerOf(t)
  const made = await createRepository(clientOf('Octo'), 'octo')
  assert.equal(made.visibility, 'private')
  await createRepository(clientOf('acme'), 'octo')
  assert.deepEqual(
    asked.map(({ path }) => path),
    ['/user/repos', '/orgs/acme/repos'],
  )
  for (const { body } of asked) assert.deepEqual([body['private'], body['auto_init']], [true, true])
})

test('a name that is taken by what the token cannot see is told so', async t => {
  const { hub } = await startTestHub(t)
  const client = new GitHubClient({ apiUrl: hub.apiUrl, token: testToken, owner: 'octo', repo: 'queue' })
  t.after(() => client.close())
  await assert.rejects(createRepository(client, 'octo'), {
    code: 'not_authorized',
    message: 'octo/queue is there, and this token cannot see it.',
  })
})

test('where the token may not, the way out is said', async t => {
  const { hub } = await startTestHub(t)
  const client = new GitHubClient({ apiUrl: hub.apiUrl, token: testToken, owner: 'octo', repo: 'other' })
  t.after(() => client.close())
  await assert.rejects(createRepository(client, 'octo'), {
    code: 'not_authorized',
    hint: /Make it yourself, private and with a README/,
  })
})
