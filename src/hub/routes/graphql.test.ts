import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHub, testToken } from '../../../test/support/running-hub.ts'

test('The questions of gh are answered for this repository, all others refused', async t => {
  const { hub } = await startTestHub(t)
  const ask = async (query: string, variables: object = {}, path = '/graphql'): Promise<unknown> => {
    const answer = await fetch(hub.url + path, {
      method: 'POST',
      body: JSON.stringify({ query, variables }),
      headers: { Authorization: `Bearer ${testToken}` },
    })
    return await answer.json()
  }
  const pullRequest = 'query PullRequestForRun($owner: String!) { repository }'
  assert.deepEqual(await ask(pullRequest, { owner: 'Octo', repo: 'queue' }), {
    data: { repository: { pullRequests: { nodes: [] } } },
  })
  assert.match(JSON.stringify(await ask(pullRequest, { owner: 'octo', repo: 'other' })), /NOT_FOUND/)
  for (const path of ['/graphql', '/api/graphql', '/api/v3/graphql']) {
    const answer = await ask('query UserCurrent { viewer }', {}, path)
    assert.deepEqual(answer, { data: { viewer: { login: 'octo' } } }, path)
  }
  assert.match(JSON.stringify(await ask('query toString { x }')), /NOT_BUILT/)
  assert.match(JSON.stringify(await ask('mutation { x }')), /NOT_BUILT/)
})
