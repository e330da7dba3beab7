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
