import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { safeActions } from '../../test/support/repository-facts.ts'
import { startTestHub, testToken, tokenWithPermissions } from '../../test/support/running-hub.ts'
import { GitHubClient } from './client.ts'
import {
  readActionsSettings,
  readRepository,
  setActionsPolicy,
  setRetentionDays,
  setSelectedActions,
  setWorkflowPermissions,
} from './repository-settings.ts'
import { askRights, readToken } from './token-rights.ts'

async function open(t: TestContext) {
  const fixture = await startTestHub(t)
  const clientWith = (token: string, repo = 'queue') => {
    const client = new GitHubClient({ apiUrl: fixture.hub.apiUrl, token, owner: 'octo', repo })
    t.after(() => client.close())
    return client
  }
  return { fixture, client: clientWith(testToken), clientWith }
}

test('a repository is read, and one that is not there is null', async t => {
  const { client, clientWith } = await open(t)
  const facts = await readRepository(client)
  assert.equal(facts?.visibility, 'private')
  assert.equal(facts?.defaultBranch, 'main')
  assert.equal(facts?.userIsAdmin, true)
  assert.equal(await readRepository(clientWith(testToken, 'other')), null)
})

test('settings are read as they were set', async t => {
  const { client } = await open(t)
  const before = await readActionsSettings(client)
  assert.deepEqual([before.allowedActions, before.selectedActions, before.retentionDays], ['all', null, 90])
  await setActionsPolicy(client, { enabled: true, allowedActions: 'selected', shaPinningRequired: true })
  await setSelectedActions(client, { githubOwned: true, verified: false, patterns: [] })
  await setWorkflowPermissions(client, { default: 'read', canApprovePullRequests: false })
  await setRetentionDays(client, 3)
  assert.deepEqual(await readActionsSettings(client), safeActions)
})

test('what a fine-grained token may is found out without changing anything', async t => {
  const { fixture, clientWith } = await open(t)
  const client = clientWith(await tokenWithPermissions(fixture, { actions: 'write', contents: 'read' }))
  const token = await readToken(client)
  assert.deepEqual(token, { kind: 'fine_grained', scopes: [], login: 'octo', endsAt: null })
  const answers = await askRights(client, token, [
    { permission: 'actions', level: 'read' },
    { permission: 'actions', level: 'write' },
    { permission: 'contents', level: 'read' },
    { permission: 'contents', level: 'write' },
    { permission: 'administration', level: 'read' },
    { permission: 'administration', level: 'write' },
    { permission: 'workflows', level: 'write' },
  ])
  assert.deepEqual(
    answers.map(({ answer, needed }) => (needed === null ? answer : `${answer}: ${needed}`)),
    [
      'granted',
      'granted',
      'granted',
      'missing: contents=write',
      'missing: administration=read',
      'missing: administration=write',
      'unknown',
    ],
  )
})

test('a classic token is known by its scopes', async t => {
  const { client } = await open(t)
  const token = await readToken(client)
  assert.equal(token.kind, 'classic')
  const rights = [
    { permission: 'administration', level: 'write' },
    { permission: 'workflows', level: 'write' },
  ] as const
  const answers = await askRights(client, token, rights)
  assert.deepEqual(
    answers.map(({ answer }) => answer),
    ['granted', 'granted'],
  )
  const narrow = await askRights(client, { kind: 'classic', scopes: ['repo'] }, rights)
  assert.deepEqual(
    narrow.map(({ needed }) => needed),
    [null, 'workflow'],
  )
})

test('an unknown token is not authorized', async t => {
  const { clientWith } = await open(t)
  await assert.rejects(readToken(clientWith('forged')), { code: 'not_authorized' })
})
