import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import { speechBackendContract } from './backend.contract.ts'
import type { SpeechRequest } from './backend.ts'
import { whisperCli } from './whisper-cli.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'relayq-whisper-'))
after(() => rm(folder, { recursive: true }))

const models = join(folder, 'models')
await mkdir(models)
const odd = ['slow', 'broken', 'damaged', 'crashing', 'greedy', 'wrapped', 'hungry']
for (const name of ['base', 'tiny.en', ...odd]) {
  await writeFile(join(models, `ggml-${name}.bin`), '')
}
const recording = join(folder, 'second.wav')
await writeFile(recording, Buffer.concat([wavHeader(bytesPerSecond), Buffer.alloc(bytesPerSecond, 1)]))

function make(env: NodeJS.ProcessEnv = process.env) {
  const modelFolders = ['/nonexistent', models]
  return whisperCli({ env: { ...env, PATH: fixtures }, programFolders: [], modelFolders, program: null })
}

function ask(name: string, language: string | null = null): SpeechRequest {
  return { model: { name, asked: true }, language }
}

function hear(request: SpeechRequest) {
  const watch = { signal: new AbortController().signal, workFolder: folder, onProgress: () => {} }
  return make().transcribe({ path: recording, durationSeconds: 1 }, request, watch)
}

speechBackendContract('whisper-cli', {
  make,
  makeAbsent: () =>
    whisperCli({ env: { PATH: '/nonexistent' }, programFolders: [], modelFolders: [models], program: null }),
  request: { model: null, language: null },
  slowRequest: ask('slow'),
  impossible: ask('small'),
  expected: 'good morning',
})

test('the model is the one named, else base; an absent one comes with the command that gets it', async () => {
  const ready = (name: string) => ({ kind: 'ready', model: name, version: '1.9.3' })
  assert.deepEqual(await make().check({ model: null, language: null }), ready('base'))
  assert.deepEqual(await make().check(ask('tiny.en', 'en')), ready('tiny.en'))
  const absent = await make().check(ask('small'))
  assert.ok(absent.kind === 'unavailable' && absent.code === 'model_missing')
  assert.match(absent.hint, /ggml-small\.bin https:.*\/ggml-small\.bin$/)
})

test('an English model does not take another language', async () => {
  const availability = await make().check(ask('tiny.en', 'de'))
  assert.ok(availability.kind === 'unavailable')
  assert.match(availability.reason, /English only, not "de"/)
  assert.match(availability.hint, /ggml-tiny\.bin/)
})

test('what is spoken is detected unless it is named or the model knows only English', async () => {
  assert.equal((await hear(ask('base'))).language, 'de')
  assert.equal((await hear(ask('base', 'fr'))).language, 'fr')
  assert.equal((await hear(ask('tiny.en'))).language, 'en')
})

test('broken JSON is made good by the subtitles, with a warning', async () => {
  const heard = await hear(ask('broken'))
  assert.deepEqual(heard.segments, [{ start: 0, end: 2, text: 'Good morning.' }])
  assert.match(heard.warnings[0] ?? '', /broken JSON/)
})

test('failures are seen although the exit code is 0, and each is named', async () => {
  await assert.rejects(hear(ask('base', 'xx')), {
    code: 'engine_failed',
    message: /does not know that language/,
  })
  await assert.rejects(hear(ask('damaged')), { code: 'engine_failed', message: /cannot load its model/ })
  await assert.rejects(hear(ask('crashing')), { code: 'engine_failed', message: /crashed \(SIGABRT\)/ })
})

test('an engine that dies for want of memory is told from one that crashes', async () => {
  for (const model of ['greedy', 'wrapped', 'hungry']) {
    await assert.rejects(hear(ask(model)), { code: 'out_of_memory', exitCode: 75 }, model)
  }
})

test('a configured path is the only one tried, and a stranger called main is not whisper', async () => {
  const at = (program: string | null, path: string) =>
    whisperCli({ env: { PATH: path }, programFolders: [], modelFolders: [models], program }).check(
      ask('base'),
    )
  assert.equal((await at(join(fixtures, 'whisper-cli'), '/nonexistent')).kind, 'ready')
  assert.equal((await at('/nonexistent/whisper-cli', fixtures)).kind, 'unavailable')

  const strangers = join(folder, 'strangers')
  await mkdir(strangers)
  await writeFile(join(strangers, 'main'), '#!/bin/sh\necho a game\n')
  await chmod(join(strangers, 'main'), 0o755)
  assert.equal((await at(null, strangers)).kind, 'unavailable')
})
