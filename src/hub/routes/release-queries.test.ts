import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type HubFixture,
  startPermittedJob,
  startTestHub,
  testToken,
  tokenWithScope,
} from '../../../test/support/running-hub.ts'
import type { JsonObject } from '../../base/json.ts'

async function ask(
  { hub }: HubFixture,
  token: string,
  name: string,
  variables: JsonObject = {},
): Promise<unknown> {
  const answer = await fetch(`${hub.url}/api/graphql`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: `query ${name} {}`,
      variables: { owner: 'octo', name: 'queue', ...variables },
    }),
  })
  return ((await answer.json()) as { data: { repository: unknown } }).data.repository
}

async function create(hub: HubFixture, body: object): Promise<void> {
  await hub.request('/releases', { method: 'POST', body: JSON.stringify(body) })
}

interface List {
  readonly releases: {
    readonly nodes: readonly JsonObject[]
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string }
  }
}

test('GraphQL tells of drafts only to those who may write', async t => {
  const hub = await startTestHub(t)
  await create(hub, { tag_name: 'v1', draft: true })
  const reader = await tokenWithScope(hub, 'read')
  const byTag = 'RepositoryReleaseByTag'
  const tag = { tagName: 'v1' }
  assert.deepEqual(await ask(hub, testToken, byTag, tag), { release: { databaseId: 1, isDraft: true } })
  assert.deepEqual(await ask(hub, reader, byTag, tag), { release: null })
  const { releases } = (await ask(hub, reader, 'RepositoryReleaseList')) as List
  assert.deepEqual(releases.nodes, [])
})

test('GraphQL tells nothing of releases to a job that may not read contents', async t => {
  const hub = await startTestHub(t)
  await create(hub, { tag_name: 'v1' })
  const token = (await startPermittedJob(hub, '{actions: read}')).githubToken
  for (const name of ['RepositoryReleaseByTag', 'RepositoryReleaseList']) {
    assert.equal(await ask(hub, token, name, { tagName: 'v1' }), null, name)
  }
})

test('GraphQL lists releases a page at a time, in either order, whatever it is handed as a cursor', async t => {
  const hub = await startTestHub(t)
  for (const tag_name of ['v1', 'v2', 'v3']) await create(hub, { tag_name })
  const list = async (variables: JsonObject): Promise<readonly unknown[]> => {
    const { releases } = (await ask(hub, testToken, 'RepositoryReleaseList', variables)) as List
    const { hasNextPage, endCursor } = releases.pageInfo
    return [...releases.nodes.map(node => node['tagName']), hasNextPage, endCursor]
  }
  assert.deepEqual(await list({ perPage: 2, endCursor: null }), ['v3', 'v2', true, '1'])
  assert.deepEqual(await list({ perPage: 2, endCursor: '1' }), ['v1', false, '2'])
  assert.deepEqual(await list({ perPage: 2, direction: 'ASC' }), ['v1', 'v2', true, '1'])
  for (const endCursor of ['x', -5, {}, '9e99', []]) {
    const isAnswered = Array.isArray(await list({ perPage: 'x', endCursor }))
    assert.ok(isAnswered, JSON.stringify(endCursor))
  }
})
