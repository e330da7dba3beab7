import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { serveOnLoopback } from '../../test/support/loopback-server.ts'
import { type HeardRequest, type Reply, speechServer } from '../../test/support/speech-server.ts'
import type { RelayError } from '../base/errors.ts'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import { speechBackendContract } from './backend.contract.ts'
import { readServerAddress, whisperServer } from './whisper-server.ts'

const folder = await mkdtemp(join(tmpdir(), 'relayq-whisper-server-'))
after(() => rm(folder, { recursive: true }))
const recording = join(folder, 'second.wav')
await writeFile(recording, Buffer.concat([wavHeader(bytesPerSecond), Buffer.alloc(bytesPerSecond, 1)]))

/** As whisper-server words it: the words are in their segments, the language has its English name. */
const verbose = {
  task: 'transcribe',
  language: 'english',
  text: ' Good morning.\n',
  segments: [
    {
      id: 0,
      start: 0.1,
      end: 99,
      text: ' Good morning.',
      words: [
        { word: ' Good', start: 0.1, end: 0.5, probability: 0.9 },
        { word: ' morning.', start: 0.5, end: 0.9, probability: 0.9 },
      ],
    },
  ],
}

/** The contract's recordings by their size: two silent seconds, four of speech, and a long one that keeps it busy. */
function replyBySize({ file }: HeardRequest): Reply {
  if (file.bytes > 30 * bytesPerSecond) return () => {}
  return { json: file.bytes < 3 * bytesPerSecond ? { ...verbose, text: '', segments: [] } : verbose }
}

const shared = await speechServer({ after }, replyBySize)

speechBackendContract('whisper-server', {
  make: () => whisperServer({ baseUrl: shared.baseUrl, model: 'base' }),
  makeAbsent: () => whisperServer({ baseUrl: 'http://127.0.0.1:1/v1', model: null }),
  request: { model: null, language: 'en' },
  slowRequest: { model: null, language: 'en' },
  impossible: { model: { name: 'small', asked: true }, language: null },
  expected: 'good morning',
  absence: { reason: /no server answers at/, hint: /whisper-server -m/ },
})

async function hear(t: TestContext, reply: (request: HeardRequest, count: number) => Reply) {
  const { baseUrl, requests } = await speechServer(t, reply)
  const engine = whisperServer({ baseUrl, model: null })
  const watch = { signal: new AbortController().signal, workFolder: folder, onProgress: () => {} }
  const request = { model: null, language: null }
  const heard = await engine.transcribe({ path: recording, durationSeconds: 1 }, request, watch)
  return { heard, requests }
}

test('it is sent a wav and no key, and gives words within the recording', async t => {
  const { heard, requests } = await hear(t, () => ({ json: verbose }))
  assert.deepEqual(
    requests.map(({ key, file }) => [key, file.name, file.type]),
    [[null, 'audio.wav', 'audio/wav']],
  )
  assert.equal(heard.language, 'en')
  assert.equal(heard.timing, 'word')
  assert.equal(heard.segments[0]?.end, 1)
})

test('a server that gives text alone is asked for that, and its text spread over the recording', async t => {
  const { heard } = await hear(t, ({ fields }) =>
    fields['response_format'] === 'json'
      ? { json: { text: 'Good morning.' } }
      : { status: 400, text: 'Invalid request' },
  )
  assert.deepEqual(heard.segments, [{ start: 0, end: 1, text: 'Good morning.' }])
  assert.equal(heard.timing, 'chunk')
})

test('a server that refuses everything fails the job in its own words', async t => {
  await assert.rejects(
    hear(t, () => ({ status: 400, text: 'Invalid request' })),
    { code: 'service_rejected', message: /whisper-server answered 400/ },
  )
})

test('a server that listens under another path is told how to be asked', async t => {
  await assert.rejects(
    hear(t, () => ({ status: 404, text: 'File Not Found (/v1/audio/transcriptions)' })),
    { code: 'service_rejected', hint: /--inference-path \/v1\/audio\/transcriptions/ },
  )
})

test('a refusal of another kind is not said to be of the path', async t => {
  await assert.rejects(
    hear(t, () => ({ status: 413, text: 'Payload Too Large' })),
    (thrown: RelayError) => thrown.code === 'service_rejected' && !thrown.hint?.includes('--inference-path'),
  )
})

test('a server that loads its model, or hangs, cannot be used yet', async t => {
  let hangs = false
  const origin = await serveOnLoopback(t, (request, response) => {
    if (request.url === '/health' && !hangs) response.writeHead(503).end('{"status":"loading model"}')
  })
  const request = { model: null, language: null }
  const loading = await whisperServer({ baseUrl: `${origin}/v1`, model: null }).check(request)
  assert.ok(loading.kind === 'unavailable')
  assert.match(loading.reason, /is loading its model/)

  hangs = true
  const hanging = await whisperServer({ baseUrl: `${origin}/v1`, model: null, answerMs: 50 }).check(request)
  assert.ok(hanging.kind === 'unavailable' && /no server answers/.test(hanging.reason))
})

test('its address is one of this machine', () => {
  assert.equal(readServerAddress(''), null)
  assert.equal(readServerAddress('http://127.0.0.1:8080/v1/'), 'http://127.0.0.1:8080/v1')
  assert.equal(readServerAddress('http://[::1]:8080/v1'), 'http://[::1]:8080/v1')
  for (const address of [
    '8080',
    'http://nas.local/v1',
    'http://127.0.0.1.example/v1',
    'file://localhost/v1',
    'http://0.0.0.0:8080',
  ]) {
    assert.throws(() => readServerAddress(address), { code: 'invalid_config' }, address)
  }
})
