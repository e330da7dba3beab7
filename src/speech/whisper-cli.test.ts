import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
for (const name of ['base', 'tiny.en', 'looping', ...odd]) {
  await writeFile(join(models, `ggml-${name}.bin`), '')
}
const recording = join(folder, 'second.wav')
await writeFile(recording, Buffer.concat([wavHeader(bytesPerSecond), Buffer.alloc(bytesPerSecond, 1)]))

const host = { programFolders: [], modelFolders: ['/nonexistent', models], program: null, memoryMb: 8192 }

function make(env: NodeJS.ProcessEnv = process.env) {
  return whisperCli({ ...host, env: { ...env, PATH: fixtures } })
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
  makeAbsent: () => whisperCli({ ...host, env: { PATH: '/nonexistent' } }),
  request: { model: null, language: null },
  slowRequest: ask('slow'),
  impossible: ask('small'),
  expected: 'good morning',
})

test('the model is the one named, else base; an absent one comes with the command that gets it', async () => {
  const place = join(fixtures, 'whisper-cli')
  const ready = (name: string) => ({ kind: 'ready', model: name, version: '1.9.3', place })
  assert.deepEqual(await make().check({ model: null, language: null }), ready('base'))
  assert.deepEqual(await make().check(ask('tiny.en', 'en')), ready('tiny.en'))
  const absent = await make().check(ask('small'))
  assert.ok(absent.kind === 'unavailable' && absent.code === 'model_missing')
  assert.match(absent.hint, /relayq models pull small$/)
})

test('a second hearing is without the context that put it into a loop', async () => {
  const text = async (request: SpeechRequest) =>
    (await hear(request)).segments.map(({ text }) => text).join(' ')
  assert.match(await text(ask('looping')), /^(Thanks for watching\. ?){6}$/)
  assert.equal(await text({ ...ask('looping'), again: true }), 'Good morning.')
})

test('an English model does not take another language', async () => {
  const availability = await make().check(ask('tiny.en', 'de'))
  assert.ok(availability.kind === 'unavailable')
  assert.match(availability.reason, /English only, not "de"/)
  assert.match(availability.hint, /models pull tiny$/)
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
    whisperCli({ ...host, env: { PATH: path }, program }).check(ask('base'))
  assert.equal((await at(join(fixtures, 'whisper-cli'), '/nonexistent')).kind, 'ready')
  assert.equal((await at('/nonexistent/whisper-cli', fixtures)).kind, 'unavailable')

  const strangers = join(folder, 'strangers')
  await mkdir(strangers)
  await writeFile(join(strangers, 'main'), '#!/bin/sh\necho a game\n')
  await chmod(join(strangers, 'main'), 0o755)
  assert.equal((await at(null, strangers)).kind, 'unavailable')
})

test('a smaller model is used, and said, when the machine cannot hold the one asked for', async () => {
  const tight = whisperCli({ ...host, env: { ...process.env, PATH: fixtures }, memoryMb: 1024 })
  await writeFile(join(models, 'ggml-large-v3.bin'), '')
  const availability = await tight.check(ask('large-v3'))
  assert.ok(availability.kind === 'ready' && availability.model === 'base')
  assert.match(availability.warning ?? '', /"large-v3" needs 3\.8 GB .* "base" was used instead/)

  const watch = { signal: new AbortController().signal, workFolder: folder, onProgress: () => {} }
  const heard = await tight.transcribe({ path: recording, durationSeconds: 1 }, ask('large-v3'), watch)
  assert.equal(heard.model, 'base')
  assert.deepEqual(heard.warnings, [availability.warning])
})

test('a recording too long for the memory gets a smaller model than a short one', async () => {
  const tight = whisperCli({ ...host, env: { ...process.env, PATH: fixtures }, memoryMb: 820 })
  const watch = { signal: new AbortController().signal, workFolder: folder, onProgress: () => {} }
  const model = async (durationSeconds: number) =>
    (await tight.transcribe({ path: recording, durationSeconds }, ask('base', 'en'), watch)).model
  assert.equal(await model(600), 'base')
  assert.equal(await model(1900), 'tiny.en')
})

test('a program that hangs when it is asked for its version is used all the same', async () => {
  const hanging = join(folder, 'hanging')
  await mkdir(hanging)
  const asked = join(hanging, 'asked')
  const script = `#!/bin/sh\necho once >>${asked}\ntrap "" TERM\nwhile :; do sleep 1; done\n`
  await writeFile(join(hanging, 'whisper-cli'), script)
  await chmod(join(hanging, 'whisper-cli'), 0o755)
  const env = { ...process.env, PATH: `${hanging}:/usr/bin:/bin` }
  const backend = whisperCli({ ...host, env, answerMs: 500 })
  for (const _ of ['asked', 'remembered']) {
    const availability = await backend.check(ask('base'))
    assert.ok(availability.kind === 'ready' && availability.version === null)
  }
  assert.equal(await readFile(asked, 'utf8'), 'once\n')
})
