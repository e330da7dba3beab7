import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestHub } from '../../../test/support/running-hub.ts'

const request = { name: 'rpi4', runner_group_id: 1, labels: ['self-hosted', 'rpi4'], work_folder: '_work' }

function post(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) }
}

test('A JIT configuration holds what the runner needs to reach its broker', async t => {
  const { json, hub } = await startTestHub(t)
  const { status, body } = await json('/actions/runners/generate-jitconfig', post(request))
  assert.equal(status, 201)
  const { runner, encoded_jit_config: encoded } = body as {
    runner: { id: number }
    encoded_jit_config: string
  }
  const files = decode(encoded)
  assert.deepEqual(Object.keys(files), ['.runner', '.credentials'])
  const settings = decode(String(files['.runner']))
  assert.equal(settings['AgentId'], runner.id)
  assert.equal(settings['AgentName'], 'rpi4')
  assert.equal(settings['ServerUrlV2'], settings['ServerUrl'])
  assert.match(String(settings['ServerUrlV2']), /\/$/)
  assert.ok(String(settings['ServerUrlV2']).startsWith(hub.url))
  assert.deepEqual(
    [settings['UseV2Flow'], settings['Ephemeral'], settings['DisableUpdate']],
    [true, true, true],
  )
  assert.equal(decode(String(files['.credentials']))['scheme'], 'OAuthAccessToken')
})

function decode(text: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as Record<string, unknown>
}

test('A registered runner is listed, shown and removed', async t => {
  const { json, request: send } = await startTestHub(t)
  await json('/actions/runners/generate-jitconfig', post({ ...request, ephemeral: false }))
  const { body } = await json('/actions/runners?name=rpi4')
  const { total_count: total, runners } = body as { total_count: number; runners: Record<string, unknown>[] }
  assert.equal(total, 1)
  const id = runners[0]?.['id']
  assert.deepEqual(
    [runners[0]?.['status'], runners[0]?.['busy'], runners[0]?.['ephemeral']],
    ['offline', false, false],
  )
  const labels = runners[0]?.['labels'] as { name: string; type: string }[]
  assert.deepEqual(
    labels.map(({ name, type }) => [name, type]),
    [
      ['self-hosted', 'read-only'],
      ['rpi4', 'custom'],
    ],
  )
  assert.equal((await json(`/actions/runners/${id}`)).status, 200)
  assert.equal((await send(`/actions/runners/${id}`, { method: 'DELETE' })).status, 204)
  assert.equal((await json(`/actions/runners/${id}`)).status, 404)
  assert.equal((await send(`/actions/runners/${id}`, { method: 'DELETE' })).status, 404)
})

test('A registration that is not well formed is 422', async t => {
  const { json } = await startTestHub(t)
  const wrong = [
    { name: '' },
    { name: 'a/b' },
    { name: 'x'.repeat(65) },
    { labels: [] },
    { labels: 'a' },
    { labels: ['a,b'] },
    { labels: [1] },
    { labels: Array.from({ length: 101 }, (_, n) => `l${n}`) },
    { work_folder: 1 },
    { ephemeral: 'no' },
  ]
  for (const change of wrong) {
    const { status } = await json('/actions/runners/generate-jitconfig', post({ ...request, ...change }))
    assert.equal(status, 422, JSON.stringify(change))
  }
})
