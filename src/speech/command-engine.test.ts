import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import { speechBackendContract } from './backend.contract.ts'
import type { SpeechRequest } from './backend.ts'
import { commandEngine } from './command-engine.ts'
import { parseTemplate } from './command-template.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'relayq-command-'))
after(() => rm(folder, { recursive: true }))
const recording = join(folder, 'second.wav')
await writeFile(recording, Buffer.concat([wavHeader(bytesPerSecond), Buffer.alloc(bytesPerSecond, 1)]))

const whisper =
  'whisper-cli -m /models/ggml-{model}.bin -f {input} -of {outputDir}/{outputBase} -l {language}'

function make(command: string, form: string, env: NodeJS.ProcessEnv) {
  const template = parseTemplate(command, form)
  assert.ok(template !== null)
  return commandEngine({ env, programFolders: [], template })
}

function ask(name: string): SpeechRequest {
  return { model: { name, asked: true }, language: null }
}

speechBackendContract('a command of the owner', {
  make: env => make(`${whisper} -t {threads} -oj -pp`, 'whispercpp-json', { ...env, PATH: fixtures }),
  makeAbsent: () => make(`${whisper} -oj`, 'whispercpp-json', { PATH: '/nonexistent' }),
  request: ask('base'),
  slowRequest: ask('slow'),
  impossible: { model: null, language: null },
  expected: 'good morning',
})

/** What a command makes of a second of sound: a script, told the form it writes. */
async function hear(script: string, form: string, request: SpeechRequest = { model: null, language: 'en' }) {
  const program = join(folder, 'hear')
  await writeFile(program, `#!/bin/sh\n${script}\n`)
  await chmod(program, 0o755)
  const watch = { signal: new AbortController().signal, workFolder: folder, onProgress: () => {} }
  const command = `${program} {input} {outputDir}`
  const engine = make(command, form, { PATH: '/usr/bin:/bin' })
  return await engine.transcribe({ path: recording, durationSeconds: 1 }, request, watch)
}

test('each form of output is read, under either name that programs give their file', async () => {
  const cue = '00:00:00.000 --> 00:00:01.000\\nGood morning.\\n'
  for (const [form, script] of [
    ['vtt', `printf 'WEBVTT\\n\\n${cue}' >$2/second.vtt`],
    ['srt', `printf '1\\n00:00:00,000 --> 00:00:01,000\\nGood morning.\\n' >$2/second.wav.srt`],
    ['txt', 'echo Good morning. >$2/second.txt'],
    ['stdout-txt', 'echo Good morning.'],
    [
      'whisper-json',
      `echo '{"segments":[{"start":0,"end":1,"text":"Good morning."}],"language":"en"}' >$2/second.json`,
    ],
  ] as const) {
    const heard = await hear(script, form)
    assert.deepEqual(heard.segments, [{ start: 0, end: 1, text: 'Good morning.' }], form)
    assert.equal(heard.language, 'en')
    assert.equal(heard.timing, form.endsWith('txt') ? 'chunk' : 'segment')
  }
})

test('an empty file is silence; no file and nothing on stdout are failures, whatever the exit code', async () => {
  assert.deepEqual((await hear(': >$2/second.srt', 'srt')).segments, [])
  for (const [form, script] of [
    ['srt', 'exit 0'],
    ['srt', 'echo no subtitles >$2/second.srt'],
    ['stdout-txt', 'echo "the app is not running" >&2'],
    ['stdout-txt', 'echo Good; exit 1'],
    ['whisper-json', 'echo "{" >$2/second.json'],
  ] as const) {
    await assert.rejects(hear(script, form), { code: 'engine_failed' }, script)
  }
})

test('a command that ends with a code says that, and one that was silent says what was missing', async () => {
  const said = async (script: string, form: string) =>
    await hear(script, form).then(
      () => '',
      (thrown: Error) => thrown.message.replace(/^.*\/hear /, ''),
    )
  assert.equal(
    await said('echo Good; echo license expired >&2; exit 3', 'stdout-txt'),
    'ended with exit code 3: license expired.',
  )
  assert.equal(await said('exit 0', 'stdout-txt'), 'printed nothing (exit code 0).')
  assert.equal(await said('echo Hm. >&2', 'srt'), 'left no srt that can be read (exit code 0): Hm.')
})

test('a command that never stops talking, or is killed, fails as such', async () => {
  const talk = hear('yes Good morning | head -c 20000000', 'stdout-txt')
  await assert.rejects(talk, { code: 'engine_failed', message: /more than any transcript/ })
  await assert.rejects(hear('kill -KILL $$', 'stdout-txt'), { code: 'out_of_memory' })
})

test('a model that the command has no place for is refused, a configured one is ignored', async () => {
  const engine = make('whisper-cli {input}', 'stdout-txt', { PATH: fixtures })
  const asked = await engine.check(ask('small'))
  assert.ok(asked.kind === 'unavailable' && asked.code === 'model_missing')
  const configured = await engine.check({ model: { name: 'small', asked: false }, language: null })
  assert.equal(configured.kind, 'ready')
})
