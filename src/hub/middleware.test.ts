import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHub } from '../../test/support/running-hub.ts'

test('Who has an answer already gets 304, until it changes', async t => {
  const { request, startEcho } = await startTestHub(t)
  const first = await request('/actions/runs')
  const tag = first.headers.get('ETag') ?? ''
  assert.match(tag, /^W\/"[0-9a-f]{64}"$/)
  await first.body?.cancel()
  const headers = { 'If-None-Match': tag }
  const again = await request('/actions/runs', { headers })
  assert.deepEqual([again.status, await again.text(), again.headers.get('ETag')], [304, '', tag])
  await startEcho('news')
  assert.equal((await request('/actions/runs', { headers })).status, 200)
  assert.equal((await request('/actions/runs/999', { headers })).headers.get('ETag'), null)
})

test('Every answer says what is left of the rate limit, and 304 costs nothing', async t => {
  const { request, hub } = await startTestHub(t)
  const used = async (path: string, init?: RequestInit): Promise<number> => {
    const { headers } = await request(path, init)
    const [limit, remaining, used] = ['Limit', 'Remaining', 'Used'].map(name =>
      Number(headers.get(`X-RateLimit-${name}`)),
    )
    assert.equal(limit, (remaining ?? 0) + (used ?? 0))
    assert.equal(headers.get('X-RateLimit-Resource'), 'core')
    assert.ok(Number(headers.get('X-RateLimit-Reset')) > Date.now() / 1000)
    return used ?? 0
  }
  const tag = (await request('')).headers.get('ETag') ?? ''
  assert.equal(await used('/actions/runs'), 2)
  assert.equal(await used('/actions/runs/999'), 3)
  assert.equal(await used('', { headers: { 'If-None-Match': tag } }), 3)
  const { headers } = await request('/../../../rate_limit')
  assert.equal(headers.get('X-RateLimit-Used'), '3', hub.apiUrl)
})

test('Every answer of the repository names the permission it took', async t => {
  const { request } = await startTestHub(t)
  const asked: Readonly<Record<string, string>> = {
    '': 'metadata=read',
    '/actions/runs': 'actions=read',
    '/actions/runners': 'administration=read',
    '/actions/secrets': 'secrets=read',
    '/contents/x': 'contents=read',
  }
  for (const [path, permission] of Object.entries(asked)) {
    assert.equal((await request(path)).headers.get('X-Accepted-GitHub-Permissions'), permission, path)
  }
  const { headers } = await request('/actions/runs/1/cancel', { method: 'POST' })
  assert.equal(headers.get('X-Accepted-GitHub-Permissions'), 'actions=write')
})
