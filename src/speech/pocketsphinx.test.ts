import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { speechBackendContract } from './backend.contract.ts'
import { pocketSphinx } from './pocketsphinx.ts'

const english = { model: null, language: 'en' }
const requests = { request: english, slowRequest: english, impossible: { model: null, language: 'de' } }
const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const makeAbsent = () => pocketSphinx({ env: { PATH: '/nonexistent' }, programFolders: [] })

speechBackendContract('PocketSphinx of this machine', {
  make: env => pocketSphinx({ env, programFolders: [] }),
  makeAbsent,
  ...requests,
  expected: 'the meeting will begin at ten',
})

speechBackendContract('PocketSphinx 5', {
  make: env => pocketSphinx({ env: { ...env, PATH: fixtures }, programFolders: [] }),
  makeAbsent,
  ...requests,
  expected: 'good morning',
})

test('a model that a job asks for is missing here, one that is only configured does not matter', async () => {
  const backend = pocketSphinx({ env: { PATH: fixtures }, programFolders: [] })
  const asked = await backend.check({ model: { name: 'base', asked: true }, language: null })
  assert.ok(asked.kind === 'unavailable' && asked.code === 'model_missing')
  const configured = await backend.check({ model: { name: 'base', asked: false }, language: null })
  assert.deepEqual(configured, {
    kind: 'ready',
    model: 'en-us',
    version: '5',
    place: `${fixtures}/pocketsphinx`,
  })
})
