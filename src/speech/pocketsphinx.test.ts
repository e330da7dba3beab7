import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../../test/support/git-repository.ts'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'
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

test('words have the times at which they are said, also after a silence that the engine just fails to see', async t => {
  const folder = temporaryFolder(t)
  const say = (text: string) => {
    const path = join(folder, 'said.wav')
    execFileSync('flite', ['-voice', 'slt', '-t', text, '-o', path])
    return readFileSync(path).subarray(headerBytes)
  }
  const silence = (seconds: number) => Buffer.alloc(seconds * bytesPerSecond)
  const first = say('he walked to the market to buy fresh bread and some cheese')
  const second = say('the train to london leaves from platform number seven at noon')
  // As it is, 0.8 says of such a recording that its first word comes after three seconds.
  const data = Buffer.concat([silence(0.03), first, silence(0.18), second])
  const path = join(folder, 'talk.wav')
  writeFileSync(path, Buffer.concat([wavHeader(data.length), data]))
  const workFolder = join(folder, 'work')
  mkdirSync(workFolder)
  const { segments } = await pocketSphinx({ env: process.env, programFolders: [] }).transcribe(
    { path, durationSeconds: data.length / bytesPerSecond },
    { language: 'en', model: null },
    { signal: new AbortController().signal, workFolder, onProgress: () => {} },
  )
  const words = segments.flatMap(segment => segment.words ?? [])
  const startOf = (text: string) => words.find(word => word.text === text)?.start ?? Number.NaN
  assert.ok(startOf('market') < 2, `market at ${startOf('market')} s`)
  const secondBegins = 0.03 + first.length / bytesPerSecond + 0.18
  assert.ok(Math.abs(startOf('train') - secondBegins) < 0.5, `train at ${startOf('train')} s`)
})
