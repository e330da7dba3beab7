import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Availability } from './backend.ts'
import { type Candidate, chooseEngine, engineOrder } from './choose.ts'

const ready: Availability = { kind: 'ready', model: null, version: null }
const absent: Availability = {
  kind: 'unavailable',
  code: 'engine_missing',
  reason: 'not here',
  hint: 'get it',
}
const noModel: Availability = {
  kind: 'unavailable',
  place: '/usr/bin/whisper-cli',
  code: 'model_missing',
  reason: 'no model',
  hint: 'load it',
}

/** The choice with the name alone. */
function nameChosen(candidates: readonly Candidate[], wanted: string | null) {
  const { chosen, warnings } = chooseEngine(candidates, wanted)
  return { name: chosen.name, warnings }
}

const local = [
  'command',
  'whisper-server',
  'whisper-cli',
  'mlx_whisper',
  'whisper-ctranslate2',
  'openai-whisper',
  'pocketsphinx',
]
const order = (asked: string, backend: string, prefers = 'cost') => engineOrder(asked, { backend, prefers })

test('a job that names no backend takes what the machine is configured for, else local', () => {
  assert.deepEqual(order('', ''), local)
  assert.deepEqual(order('local', 'openai'), local)
  assert.deepEqual(order('', 'openai'), ['openai'])
  assert.deepEqual(order('router', 'local'), ['router'])
})

test('auto prefers what costs nothing, but any service to PocketSphinx; for speed it asks services first', () => {
  const cheap = [...local.slice(0, -1), 'router', 'openai', 'pocketsphinx']
  assert.deepEqual(order('auto', 'local'), cheap)
  assert.deepEqual(order('', 'auto', ''), cheap)
  assert.deepEqual(order('auto', '', 'speed'), ['router', 'openai', ...local])
  assert.throws(() => order('auto', '', 'beauty'), { code: 'invalid_config', message: /RELAYQ_AUTO_PREFERS/ })
})

test('a backend that does not exist is blamed on the one who named it', () => {
  assert.throws(() => order('siri', ''), { code: 'invalid_input' })
  assert.throws(() => order('', 'siri'), { code: 'invalid_config', message: /ASR_BACKEND/ })
})

test('the first engine that is ready is taken, and a configured model that is absent is worth a warning', () => {
  const choose = (whisper: Availability, sphinx: Availability, wanted: string | null = null) =>
    nameChosen(
      [
        { name: 'whisper-cli', availability: whisper },
        { name: 'pocketsphinx', availability: sphinx },
      ],
      wanted,
    )
  assert.deepEqual(choose(ready, ready), { name: 'whisper-cli', warnings: [] })
  assert.deepEqual(choose(absent, ready), { name: 'pocketsphinx', warnings: [] })
  assert.deepEqual(choose(absent, ready, 'small'), {
    name: 'pocketsphinx',
    warnings: ['not here; pocketsphinx was used instead.'],
  })
  assert.deepEqual(choose(noModel, ready), {
    name: 'pocketsphinx',
    warnings: ['no model; pocketsphinx was used instead.'],
  })
  assert.throws(() => choose(absent, absent), { code: 'engine_missing', hint: /^get it/ })
  assert.throws(() => choose(absent, noModel), { code: 'model_missing', hint: /^load it/ })
})

test('an engine that is not installed is no news when another has the wanted model', () => {
  const exact: Availability = { ...ready, model: 'large-v3-turbo' }
  const chosen = nameChosen(
    [
      { name: 'whisper-cli', availability: absent },
      { name: 'mlx_whisper', availability: exact },
    ],
    'turbo',
  )
  assert.deepEqual(chosen, { name: 'mlx_whisper', warnings: [] })
})

test('an engine that can use the wanted model goes before a better one that cannot', () => {
  const smaller: Availability = { ...ready, model: 'base', warning: 'too large' }
  const candidates = (last: Availability) =>
    [
      { name: 'whisper-cli', availability: smaller },
      { name: 'openai-whisper', availability: last },
    ] as const
  assert.equal(nameChosen(candidates({ ...ready, model: 'mine' }), 'mine').name, 'openai-whisper')
  assert.equal(nameChosen(candidates(absent), 'mine').name, 'whisper-cli')
})

test('a machine too small for the model says so first', () => {
  const tooLarge: Availability = { ...noModel, code: 'out_of_memory', hint: 'more memory' }
  const candidates = [
    { name: 'whisper-cli', availability: tooLarge },
    { name: 'openai-whisper', availability: noModel },
  ] as const
  assert.throws(() => chooseEngine(candidates, 'large-v3'), { code: 'out_of_memory', hint: /^more memory/ })
})
