import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type HubFixture, startTestHub, testHubOptions } from '../../../test/support/running-hub.ts'

async function labelsOf({ json }: HubFixture, path: string, init?: RequestInit): Promise<string> {
  const { body } = await json(`/actions/runners/${path}`, init)
  return (body as { labels: { name: string }[] }).labels.map(({ name }) => name).join(' ')
}

test("A runner's labels are added, set and taken away, but for those GitHub gives itself", async t => {
  const hub = await startTestHub(t)
  const { id } = await hub.runner('rpi4', ['self-hosted', 'arm64', 'rpi4'])
  const send = (method: string, labels: readonly string[]) =>
    labelsOf(hub, `${id}/labels`, { method, body: JSON.stringify({ labels }) })
  assert.equal(await send('POST', ['gpu', 'GPU', 'RPI4', 'fast']), 'self-hosted arm64 rpi4 gpu fast')
  assert.equal(await labelsOf(hub, `${id}/labels/Gpu`, { method: 'DELETE' }), 'self-hosted arm64 rpi4 fast')
  assert.equal(await send('PUT', ['slow', 'ARM64']), 'self-hosted arm64 slow')
  assert.equal(await labelsOf(hub, `${id}`), 'self-hosted arm64 slow')
  assert.equal(await labelsOf(hub, `${id}/labels`, { method: 'DELETE' }), 'self-hosted arm64')
})

test('A job that waits for a label starts as soon as a runner gets it', async t => {
  const hub = await startTestHub(t)
  await hub.startEcho('hello')
  const runner = await hub.runner('rpi4', ['self-hosted', 'rpi4'])
  const offered = runner.nextOffer()
  const body = JSON.stringify({ labels: ['echo'] })
  await hub.request(`/actions/runners/${runner.id}/labels`, { method: 'POST', body })
  assert.equal((await runner.acquire(await offered)).status, 200)
})

test('A remove-token takes a runner away, a registration-token only looks, and neither does more', async t => {
  const { json, request, runner } = await startTestHub(t)
  const { id } = await runner('rpi4', ['self-hosted', 'rpi4'])
  const tokenFor = async (purpose: string): Promise<string> => {
    const { status, body } = await json(`/actions/runners/${purpose}-token`, { method: 'POST' })
    assert.equal(status, 201)
    const { token, expires_at: expires } = body as { token: string; expires_at: string }
    assert.ok(Math.abs(Date.parse(expires) - Date.now() - 3_600_000) < 5000)
    return token
  }
  const status = async (token: string, path: string, method = 'GET'): Promise<number> =>
    (await request(path, { method, headers: { Authorization: `RemoteAuth ${token}` } })).status
  const [registration, remove] = [await tokenFor('registration'), await tokenFor('remove')]
  assert.equal(await status(registration, '/actions/runners?name=rpi4'), 200)
  assert.equal(await status(registration, `/actions/runners/${id}`, 'DELETE'), 403)
  assert.equal(await status(registration.replace('registration', 'remove'), '/actions/runners'), 401)
  assert.equal(await status(remove, '/actions/runners/remove-token', 'POST'), 403)
  assert.equal(await status(remove, `/actions/runners/${id}`, 'DELETE'), 204)
  assert.equal(
    (await request('/actions/runs', { headers: { Authorization: `Bearer ${remove}` } })).status,
    403,
  )
})

test('A version of actions/runner has deadlines where it is given up', async t => {
  const stateDir = testHubOptions(t).options.stateDir
  const { json } = await startTestHub(t, undefined, { stateDir })
  const ask = async (version: string) => await json(`/actions/runners/deprecations/${version}`)
  assert.deepEqual((await ask('2.336.0')).body, {
    runner_version: '2.336.0',
    runtime_deprecates_at: null,
    registration_deprecates_at: null,
  })
  const ends = {
    runtime_deprecates_at: '2026-12-01T00:00:00Z',
    registration_deprecates_at: '2026-11-01T00:00:00Z',
  }
  writeFileSync(join(stateDir, 'runner-deprecations.json'), JSON.stringify({ '2.330.0': ends }))
  assert.deepEqual((await ask('2.330.0')).body, { runner_version: '2.330.0', ...ends })
  assert.equal((await ask('latest')).status, 404)
})
