import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { RelayError } from '../base/errors.ts'
import { bytesPerSecond, headerBytes, wavHeader } from '../media/wav.ts'
import type { SpeechAudio, SpeechBackend, SpeechRequest, SpeechWatch } from './backend.ts'
import { noCheckpoints, openCheckpoints } from './checkpoints.ts'
import { hear } from './hear.ts'
import { type Chunk, planChunks } from './split.ts'

/** Seconds of the recording's pieces: each is full of samples of its own number, so that an engine can name it. */
const pieceSeconds = 10

async function place(t: TestContext, pieces: number) {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-hear-'))
  t.after(() => rm(folder, { recursive: true }))
  const samples = Array.from({ length: pieces }, (_, piece) => {
    const part = Buffer.alloc(pieceSeconds * bytesPerSecond)
    for (let at = 0; at < part.length; at += 2) part.writeInt16LE(piece + 1, at)
    return part
  })
  const path = join(folder, 'audio.wav')
  await writeFile(path, Buffer.concat([wavHeader(pieces * pieceSeconds * bytesPerSecond), ...samples]))
  const audio: SpeechAudio = { path, durationSeconds: pieces * pieceSeconds }
  const silences = Array.from({ length: pieces - 1 }, (_, piece) => {
    const at = (piece + 1) * pieceSeconds
    return { start: at - 0.2, end: at + 0.2 }
  })
  const source = { durationSeconds: audio.durationSeconds, silences, quietestMoment: (from: number) => from }
  const chunks = planChunks(source, { leastSeconds: 10, mostSeconds: 12, parallel: 1, memoryMb: 1 }, 1)
  const progress: number[] = []
  const watch: SpeechWatch = {
    signal: new AbortController().signal,
    workFolder: folder,
    onProgress: done => progress.push(done),
  }
  return { audio, chunks, folder, progress, watch }
}

const request: SpeechRequest = { model: null, language: null }

/** Names the piece that fills the recording it is given. `before` may fail, or take its time. */
function engineThat(
  before: (piece: number, watch: SpeechWatch, asked: SpeechRequest) => Promise<void> = async () => {},
) {
  const heard: number[] = []
  const engine: SpeechBackend = {
    name: 'naming',
    listModels: async () => null,
    check: async () => ({ kind: 'ready', model: null, version: null }),
    transcribe: async ({ path, durationSeconds }, asked, watch) => {
      const samples = await readFile(path)
      const piece = samples.readInt16LE(headerBytes + 5 * bytesPerSecond)
      heard.push(piece)
      watch.onProgress(durationSeconds / 2)
      await before(piece, watch, asked)
      const words = [{ start: 0.4, end: 10.2, text: `piece-${piece}` }]
      return {
        ...{ language: 'de', model: 'm', version: '1', timing: 'word' },
        ...{ segments: words.map(word => ({ ...word, words })), warnings: ['a warning'] },
      }
    },
  }
  return { engine, heard }
}

function textOf(segments: readonly { readonly text: string }[]): string {
  return segments.map(({ text }) => text).join(' ')
}

const all = 'piece-1 piece-2 piece-3 piece-4'

test('chunks heard side by side become one recording, in order, and progress never falls', async t => {
  const { audio, chunks, folder, progress, watch } = await place(t, 4)
  assert.equal(chunks.length, 4)
  // Each waits for another one beside it: heard one after the other, they would wait for ever.
  let waiting: (() => void) | null = null
  const { engine } = engineThat(async () => {
    if (waiting === null) return new Promise(resolve => (waiting = resolve))
    waiting()
    waiting = null
  })
  const heard = await hear(
    audio,
    { engine, request },
    { chunks, width: 2, checkpoints: noCheckpoints },
    watch,
  )
  assert.equal(textOf(heard.segments), all)
  assert.deepEqual(
    heard.segments.map(({ start }) => Math.round(start * 10) / 10),
    [0.1, 10.1, 20.1, 30.1],
  )
  assert.deepEqual(
    [heard.language, heard.model, heard.timing, heard.warnings],
    ['de', 'm', 'word', ['a warning']],
  )
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  )
  assert.equal(progress.at(-1), audio.durationSeconds)
  assert.deepEqual(await readdir(folder), ['audio.wav'], 'the chunks on disk are gone')
})

test('a recording of one chunk goes to the engine as it is', async t => {
  const { audio, watch, folder } = await place(t, 1)
  const chunks = planChunks({ durationSeconds: 10, silences: [], quietestMoment: from => from }, null, 1)
  const seen: (readonly [SpeechAudio, SpeechWatch])[] = []
  const { engine } = engineThat()
  const spying: SpeechBackend = {
    ...engine,
    transcribe: (given, asked, ownWatch) => {
      seen.push([given, ownWatch])
      return engine.transcribe(given, asked, ownWatch)
    },
  }
  await hear(audio, { engine: spying, request }, { chunks, width: 1, checkpoints: noCheckpoints }, watch)
  assert.ok(seen[0]?.[0] === audio && seen[0][1] === watch)
  assert.deepEqual(await readdir(folder), ['audio.wav'])
})

test('the language of the first chunks is that of the others', async t => {
  const { audio, chunks, watch } = await place(t, 3)
  const asked: (string | null)[] = []
  const { engine } = engineThat(async (piece, _, { language }) => {
    asked[piece - 1] = language
  })
  const long: SpeechBackend = {
    ...engine,
    transcribe: async (...given) => {
      const heard = await engine.transcribe(...given)
      return {
        ...heard,
        segments: heard.segments.map(segment => ({ ...segment, start: 0, end: 10.5, words: [] })),
      }
    },
  }
  await hear(audio, { engine: long, request }, { chunks, width: 1, checkpoints: noCheckpoints }, watch)
  assert.deepEqual(asked, [null, 'de', 'de'])
})

test('a language that nobody knows is not asked of the next chunk, and times are as coarse as the coarsest', async t => {
  const { audio, chunks, watch } = await place(t, 3)
  const asked: (string | null)[] = []
  const { engine } = engineThat(async (_, __, { language }) => void asked.push(language))
  const vague: SpeechBackend = {
    ...engine,
    transcribe: async (...given) => {
      const heard = await engine.transcribe(...given)
      const segments = heard.segments.map(segment => ({ ...segment, start: 0, end: 10.5, words: [] }))
      return { ...heard, segments, language: 'und', timing: 'chunk' }
    },
  }
  const plan = { chunks, width: 1, checkpoints: noCheckpoints }
  const { language, timing } = await hear(audio, { engine: vague, request }, plan, watch)
  assert.deepEqual([asked, language, timing], [[null, null, null], 'und', 'chunk'])
})

test('a chunk that fails ends those beside it, and its error is what is told', async t => {
  const { audio, chunks, folder, watch } = await place(t, 4)
  const atWork = Promise.withResolvers<void>()
  const { engine, heard } = engineThat(async (piece, { signal }) => {
    if (piece === 2) {
      await atWork.promise
      throw new RelayError('engine_failed', 'It crashed.')
    }
    const ended = once(signal, 'abort')
    atWork.resolve()
    await ended
    signal.throwIfAborted()
  })
  const plan = { chunks, width: 2, checkpoints: noCheckpoints }
  await assert.rejects(hear(audio, { engine, request }, plan, watch), { code: 'engine_failed' })
  assert.deepEqual(heard.sort(), [1, 2])
  assert.deepEqual(await readdir(folder), ['audio.wav'])
})

test('a second try hears only what the first did not finish', async t => {
  const { audio, chunks, folder, watch } = await place(t, 4)
  const cache = join(folder, 'cache')
  const identity = { sha256: 'abc', engine: 'naming' }
  const first = engineThat(async piece => {
    if (piece === 3) throw new RelayError('engine_failed', 'The power went.')
  })
  const open = () => openCheckpoints(cache, identity, Date.now())
  const plan = { chunks, width: 1 }
  const attempt = { engine: first.engine, request }
  await assert.rejects(hear(audio, attempt, { ...plan, checkpoints: await open() }, watch))

  const second = engineThat()
  const checkpoints = await open()
  const { segments } = await hear(audio, { engine: second.engine, request }, { ...plan, checkpoints }, watch)
  assert.equal(textOf(segments), all)
  assert.deepEqual(second.heard, [3, 4])
  await checkpoints.clear()
  assert.deepEqual(await readdir(cache), [])
})

test('another engine, model or recording finds nothing of it', async t => {
  const { folder } = await place(t, 1)
  const chunk: Chunk = { index: 0, start: 0, end: 5, heardFrom: 0, heardTo: 5, padding: 0.3 }
  const recognition = {
    ...{ language: 'en', model: null, version: null, timing: 'word' as const },
    ...{
      segments: [{ start: 0, end: 1, text: 'a', words: [{ start: 0, end: 1, text: 'a', p: 1 }] }],
      warnings: [],
    },
  }
  const cache = join(folder, 'cache')
  const own = await openCheckpoints(cache, { model: 'base' }, Date.now())
  await own.save(chunk, recognition)
  assert.deepEqual(await own.load(chunk), recognition)
  assert.equal(await own.load({ ...chunk, heardTo: 6 }), null)
  assert.equal(await (await openCheckpoints(cache, { model: 'small' }, Date.now())).load(chunk), null)
})

test('what is kept is private, a damaged file is passed over, and what nobody came back to goes', async t => {
  const { folder } = await place(t, 1)
  const cache = join(folder, 'cache')
  const chunk: Chunk = { index: 0, start: 0, end: 5, heardFrom: 0, heardTo: 5, padding: 0.3 }
  const recognition = {
    ...{ language: 'en', model: null, version: null, timing: 'word' as const, segments: [], warnings: [] },
  }
  const checkpoints = await openCheckpoints(cache, { model: 'base' }, Date.now())
  await checkpoints.save(chunk, recognition)
  const [key = ''] = await readdir(cache)
  const [file = ''] = await readdir(join(cache, key))
  assert.equal((await stat(join(cache, key))).mode & 0o777, 0o700)
  for (const damaged of [
    '',
    '{',
    '[]',
    '{"language":"en"}',
    JSON.stringify({ ...recognition, segments: [{}] }),
  ]) {
    await writeFile(join(cache, key, file), damaged)
    assert.equal(await checkpoints.load(chunk), null)
  }
  await openCheckpoints(cache, { model: 'base' }, Date.now() + 8 * 24 * 3600_000)
  assert.deepEqual(await readdir(cache), [])
})

test('a cache that cannot be written is done without', async t => {
  const { folder } = await place(t, 1)
  const chunk: Chunk = { index: 0, start: 0, end: 5, heardFrom: 0, heardTo: 5, padding: 0.3 }
  const checkpoints = await openCheckpoints(join(folder, 'audio.wav'), {}, Date.now())
  await checkpoints.save(chunk, {
    ...{ language: 'en', model: null, version: null, timing: 'word', segments: [], warnings: [] },
  })
  assert.equal(await checkpoints.load(chunk), null)
  await checkpoints.clear()
})
