import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EngineDiagnosis } from '../../jobs/diagnose-speech.ts'
import { judgeSpeech } from './speech-check.ts'

function engine(name: EngineDiagnosis['engine'], changes: Partial<EngineDiagnosis> = {}): EngineDiagnosis {
  const absent = { place: null, version: null, models: null, model: null }
  return { engine: name, state: 'unavailable', reason: 'it is not here', hint: null, ...absent, ...changes }
}

test('The engine that is nearly there is named before those that are not, with what it lacks', () => {
  const pull = 'Get one: relayq models pull base'
  const nearly = engine('whisper-cli', { place: '/bin/whisper-cli', reason: 'no model', hint: pull })
  const found = judgeSpeech([engine('mlx_whisper'), nearly], 'darwin')
  assert.match(found.what, /; whisper-cli: no model$/)
  assert.equal(found.mend?.command, 'relayq models pull base')
})

test('Where no engine is, the one that is easily had on this system is what mends it', () => {
  const mend = (platform: NodeJS.Platform) => judgeSpeech([engine('whisper-cli')], platform).mend?.command
  assert.match(mend('linux') ?? '', /^sudo apt-get install -y pocketsphinx/)
  assert.equal(mend('darwin'), 'brew install whisper.cpp')
  const used = engine('pocketsphinx', { state: 'used', model: 'en-us', reason: null })
  assert.equal(judgeSpeech([used], 'linux').what, 'pocketsphinx with the model en-us')
})
