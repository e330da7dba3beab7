import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cloudEngine, privacyOf } from './cloud-engines.ts'
import type { CloudConfig, NodeConfig } from './context.ts'

function configOf(cloud: Partial<CloudConfig>): NodeConfig {
  const account = { keys: ['sk-a'], baseUrl: 'https://api.openai.com/v1', model: 'gpt-transcribe' }
  return {
    cacheHome: '/nonexistent',
    cloud: {
      ...{ openai: account, router: account, keepsPrivate: '', autoPrefers: '' },
      ...{ maxCostPerJob: '', maxCostPerMonth: '' },
      ...cloud,
    },
  } as NodeConfig
}

test('a key goes over the network by https only, and in the clear to this machine alone', async () => {
  const engineAt = (baseUrl: string, keys = ['sk-a']) => {
    const config = configOf({ openai: { keys, baseUrl, model: 'gpt-transcribe' } })
    return cloudEngine('openai', { config, env: {}, programFolders: [], clock: Date.now })
  }
  const request = { model: null, language: null }
  for (const address of ['https://api.openai.com/v1/', 'http://127.0.0.1:8080/v1', 'http://[::1]:1/v1']) {
    const availability = await engineAt(address).check(request)
    assert.deepEqual([availability.kind, availability.place], ['ready', address.replace(/\/$/, '')])
  }
  for (const address of [
    'http://192.168.1.5/v1',
    'https://me:pw@host/v1',
    'file:///x',
    'api.openai.com',
    '',
  ]) {
    assert.throws(() => engineAt(address), { code: 'invalid_config', message: /OPENAI_BASE_URL/ })
  }
  const keyless = await engineAt('', []).check(request)
  assert.equal(keyless.kind === 'unavailable' && keyless.code, 'engine_missing')
})

test('a recording stays on the machine if its job or its owner says so, and a word that says neither is an error', () => {
  assert.equal(privacyOf('', configOf({})), null)
  assert.equal(privacyOf('false', configOf({ keepsPrivate: 'false' })), null)
  assert.match(privacyOf('true', configOf({})) ?? '', /the job is private/)
  assert.match(privacyOf('false', configOf({ keepsPrivate: 'true' })) ?? '', /RELAYQ_PRIVATE/)
  assert.throws(() => privacyOf('', configOf({ keepsPrivate: 'maybe' })), { code: 'invalid_config' })
})

test('a ceiling that is no number fails the job, before a chain could take it for one that was reached', () => {
  const account = { keys: ['sk-a'], baseUrl: 'https://api.openai.com/v1', model: 'gpt-transcribe' }
  const engineOf = (keys: readonly string[]) => {
    const config = configOf({ openai: { ...account, keys }, maxCostPerJob: '$0.50' })
    return cloudEngine('openai', { config, env: {}, programFolders: [], clock: Date.now })
  }
  assert.throws(() => engineOf(['sk-a']), { code: 'invalid_config', message: /RELAYQ_MAX_COST_PER_JOB/ })
  assert.equal(engineOf([]).name, 'openai')
})
