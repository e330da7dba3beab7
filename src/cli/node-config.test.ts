import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../config/load.ts'
import { findPaths } from '../config/paths.ts'
import { nodeConfigOf } from './node-config.ts'

test('the token of a step and each of several keys is a secret of the machine', async () => {
  const env = {
    HOME: '/nonexistent',
    RELAYQ_TOKEN: 'ghs_step',
    OPENROUTER_KEYS: 'one,two',
    ASR_BACKEND: 'auto',
  }
  const paths = findPaths(env)
  const { secrets } = nodeConfigOf(await loadConfig({ env, paths, checkout: null }), paths)
  assert.deepEqual([...secrets].sort(), ['ghs_step', 'one', 'one,two', 'two'])
})

test('services have their usual addresses and models, and a doubt about a key is told', async () => {
  const env = { HOME: '/nonexistent', AI_API_KEY: 'what' }
  const paths = findPaths(env)
  const { cloud, warnings } = nodeConfigOf(await loadConfig({ env, paths, checkout: null }), paths)
  assert.deepEqual(cloud, {
    openai: { keys: [], baseUrl: 'https://api.openai.com/v1', model: 'gpt-transcribe' },
    router: { keys: [], baseUrl: 'https://openrouter.ai/api/v1', model: 'openai/whisper-large-v3-turbo' },
    keepsPrivate: '',
    autoPrefers: 'cost',
    maxCostPerJob: '',
    maxCostPerMonth: '',
  })
  assert.match(warnings.join(), /AI_API_KEY is not used/)
})
