import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identifyProcess } from '../base/process-identity.ts'
import type { HubFile } from './hub-file.ts'
import { loadConfig } from './load.ts'
import { findPaths } from './paths.ts'
import { chooseRedis } from './redis.ts'

const fleet: HubFile = {
  ...{
    url: 'redis://10.0.0.1',
    apiUrl: 'redis',
    serverUrl: '',
    token: 'redis://:pw@10.0.0.1',
    instanceId: '',
  },
  ...{ repository: { owner: 'redis', name: 'relayq' }, defaultBranch: 'main', loginUrl: '', runners: [] },
  pid: process.pid,
  pidStartTime: identifyProcess(process.pid)?.startTime ?? '',
}

async function choose(env: Readonly<Record<string, string>>, hub: HubFile | null = null) {
  const paths = findPaths({ HOME: '/nonexistent' })
  return chooseRedis(await loadConfig({ env, paths, checkout: null }), hub)?.url ?? null
}

test('Redis is chosen by its word, or by a live fleet when no broker is named', async () => {
  assert.equal(await choose({}), null)
  assert.equal(await choose({ RELAYQ_API_URL: 'redis' }), 'redis://127.0.0.1:6379')
  assert.equal(await choose({}, fleet), 'redis://:pw@10.0.0.1')
  assert.equal(await choose({}, { ...fleet, pidStartTime: 'another' }), null)
  assert.equal(await choose({ GH_REPO: 'octo/queue' }, fleet), null)
  assert.equal(await choose({ RELAYQ_API_URL: 'https://ghe.example.com' }, fleet), null)
})

test("the machine's own Redis comes before that of a fleet", async () => {
  const env = { RELAYQ_API_URL: 'redis', RELAYQ_REDIS_URL: 'rediss://host:7000/2' }
  assert.equal(await choose(env, fleet), 'rediss://host:7000/2')
})

test('an address with a password is taken only from where secrets stand', async () => {
  await assert.rejects(choose({ RELAYQ_API_URL: 'redis://:pw@host' }), {
    code: 'invalid_config',
    hint: /RELAYQ_REDIS_URL/,
  })
  for (const wrong of ['http://host', 'host:6379', 'redis://', 'redis:']) {
    const env = { RELAYQ_API_URL: 'redis', RELAYQ_REDIS_URL: wrong }
    await assert.rejects(choose(env), { code: 'invalid_config' }, wrong)
  }
  await assert.rejects(choose({ RELAYQ_API_URL: 'redis', RELAYQ_REDIS_PREFIX: 'a b' }), {
    code: 'invalid_config',
  })
})
