import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import { speechBackendContract } from './backend.contract.ts'
import type { SpeechRequest } from './backend.ts'
import { fasterWhisper } from './faster-whisper.ts'
import { mlxWhisper } from './mlx-whisper.ts'
import { openaiWhisper } from './openai-whisper.ts'
import { type PythonWhisper, pythonWhisper } from './python-whisper.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'relayq-python-whisper-'))
after(() => rm(folder, { recursive: true }))

const recording = join(folder, 'second.wav')
await writeFile(recording, Buffer.concat([wavHeader(bytesPerSecond), Buffer.alloc(bytesPerSecond, 1)]))

const cache = join(folder, 'cache')
const odd = ['silent-failure', 'hungry', 'greedy', 'loading', 'halved', 'huge', 'chatty', 'slow']
const names = ['base', 'tiny.en', 'large-v3', ...odd]
await mkdir(join(cache, 'whisper'), { recursive: true })
for (const name of names) {
  await writeFile(join(cache, 'whisper', `${name}.pt`), '')
  await cacheModel(`models--Systran--faster-whisper-${name}`, 'model.bin')
  await cacheModel(`models--mlx-community--whisper-${name}-mlx`, 'weights.npz')
}
await cacheModel('models--mlx-community--whisper-large-v3-turbo', 'weights.safetensors')
await cacheModel('models--mobiuslabsgmbh--faster-whisper-large-v3-turbo', 'model.bin')
await cacheModel('models--Systran--faster-distil-whisper-small.en', 'model.bin')
await cacheModel('models--Systran--faster-whisper-medium', 'vocabulary.txt')
await cacheModel('models--somebody--else', 'model.bin')

async function cacheModel(repository: string, weights: string): Promise<void> {
  const snapshot = join(cache, 'huggingface', 'hub', repository, 'snapshots', '0123abc')
  await mkdir(snapshot, { recursive: true })
  await writeFile(join(snapshot, weights), '')
  await writeFile(join(snapshot, 'config.json'), '{}')
}

const host = { programFolders: [], memoryMb: 8192, mayDownload: false }

function make(engine: PythonWhisper, extra: Partial<typeof host> = {}, env: NodeJS.ProcessEnv = process.env) {
  return pythonWhisper(engine, { ...host, ...extra, env: { ...env, PATH: fixtures, XDG_CACHE_HOME: cache } })
}

function ask(name: string, language: string | null = null): SpeechRequest {
  return { model: { name, asked: true }, language }
}

function hear(engine: PythonWhisper, request: SpeechRequest, extra: Partial<typeof host> = {}) {
  const done: number[] = []
  const watch = {
    signal: new AbortController().signal,
    workFolder: folder,
    onProgress: (seconds: number) => void done.push(seconds),
  }
  const heard = make(engine, extra).transcribe({ path: recording, durationSeconds: 1 }, request, watch)
  return heard.then(recognition => ({ ...recognition, done }))
}

const engines = [openaiWhisper, fasterWhisper, mlxWhisper]

for (const engine of engines) {
  speechBackendContract(engine.name, {
    make: env => make(engine, {}, env),
    makeAbsent: () => pythonWhisper(engine, { ...host, env: { PATH: '/nonexistent' } }),
    request: { model: null, language: null },
    slowRequest: ask('slow'),
    impossible: ask('small'),
    expected: 'good morning',
  })

  test(`${engine.name} gives words with their times, and never hears beyond the end`, async () => {
    const heard = await hear(engine, ask('base'))
    assert.equal(heard.timing, 'word')
    assert.deepEqual(heard.segments[0]?.words?.[0], { start: 0, end: 0.8, text: 'Good', p: 0.98 })
    assert.equal(heard.language, 'de')
    assert.deepEqual(heard.done, [1])
  })

  test(`${engine.name} is judged by what it wrote, though it exits 0`, async () => {
    for (const name of ['silent-failure', 'halved']) {
      await assert.rejects(hear(engine, ask(name)), {
        code: 'engine_failed',
        message: /wrote no transcript \(exit code 0\)/,
      })
    }
    await assert.rejects(hear(engine, ask('base', 'xx')), {
      code: 'engine_failed',
      message: /Failed to load audio|Unable to process file/,
    })
    await assert.rejects(hear(engine, ask('loading')), { message: /exit code 100\). RuntimeError: CUDA/ })
    await assert.rejects(hear(engine, ask('huge')), { code: 'engine_failed', message: /more than any/ })
    assert.equal((await hear(engine, ask('chatty'))).segments.length, 1)
  })

  test(`${engine.name} that dies for want of memory says so`, async () => {
    for (const name of ['hungry', 'greedy']) {
      await assert.rejects(hear(engine, ask(name)), { code: 'out_of_memory' })
    }
  })

  test(`${engine.name} downloads nothing unless its owner lets it`, async () => {
    const availability = await make(engine).check(ask('small', 'de'))
    assert.ok(availability.kind === 'unavailable' && availability.code === 'model_missing')
    assert.match(availability.hint, /hf download .*small|load_model\('small'\)/)
    assert.equal((await make(engine, { mayDownload: true }).check(ask('small'))).kind, 'ready')
    assert.equal((await hear(engine, ask('small'), { mayDownload: true })).model, 'small')
  })

  test(`${engine.name} takes a smaller model where the machine cannot hold the one asked for`, async () => {
    const heard = await hear(engine, ask('large-v3'), { memoryMb: 1024 })
    assert.equal(heard.model, 'base')
    assert.match(heard.warnings[0] ?? '', /"large-v3" needs .* "base" was used instead/)
  })
}

test('models are found by the names their makers gave them, and half a download is none', async () => {
  assert.deepEqual(await make(openaiWhisper).listModels(), names.toSorted())
  assert.deepEqual(
    await make(fasterWhisper).listModels(),
    [...names, 'large-v3-turbo', 'distil-small.en'].toSorted(),
  )
  assert.deepEqual(await make(mlxWhisper).listModels(), [...names, 'large-v3-turbo'].toSorted())
  const turbo = await make(mlxWhisper).check(ask('turbo'))
  assert.ok(turbo.kind === 'ready' && turbo.model === 'large-v3-turbo')
})

test('the version is read from what pip left beside the program', async () => {
  const home = join(folder, 'venv')
  const packages = join(home, 'lib', 'python3.12', 'site-packages')
  await mkdir(join(packages, 'openai_whisper-20250625.dist-info'), { recursive: true })
  await mkdir(join(home, 'bin'))
  await rm(join(home, 'bin', 'whisper'), { force: true })
  await writeFile(join(home, 'bin', 'whisper'), '#!/bin/sh\nsleep 60\n', { mode: 0o755 })
  const linked = join(folder, 'linked')
  await mkdir(linked)
  await symlink(join(home, 'bin', 'whisper'), join(linked, 'whisper'))
  const env = { ...process.env, PATH: linked, XDG_CACHE_HOME: cache }
  const availability = await pythonWhisper(openaiWhisper, { ...host, env }).check(ask('base'))
  assert.deepEqual(availability, {
    kind: 'ready',
    model: 'base',
    version: '20250625',
    place: join(linked, 'whisper'),
  })
})
