import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type HeardRequest,
  openAIError,
  type Reply,
  routerError,
  speechServer,
} from '../../test/support/speech-server.ts'
import { type ErrorCode, RelayError } from '../base/errors.ts'
import {
  TranscriptionClient,
  type TranscriptionService,
  type TranscriptionUpload,
} from './openai-compatible.ts'

/** A client of a server that replies so; `pauses` are those it asked for, and none is really made. */
async function clientOf(
  t: TestContext,
  reply: (request: HeardRequest, count: number) => Reply,
  options: Partial<TranscriptionService> = {},
) {
  const server = await speechServer(t, reply)
  const folder = await mkdtemp(join(tmpdir(), 'relayq-speech-client-'))
  const path = join(folder, 'audio.mp3')
  await writeFile(path, 'sound')
  const pauses: number[] = []
  const service = {
    label: 'OpenAI',
    baseUrl: server.baseUrl,
    keys: ['sk-one'],
    timeoutMs: 20_000,
    ...options,
  }
  const client = new TranscriptionClient(service, async ms => void pauses.push(ms))
  t.after(async () => {
    client.close()
    await rm(folder, { recursive: true })
  })
  const upload: TranscriptionUpload = {
    path,
    encoding: 'mp3',
    model: 'gpt-transcribe',
    language: 'en',
    responseFormat: 'json',
  }
  const { signal } = new AbortController()
  const troubles: string[] = []
  const transcribe = (change: Partial<TranscriptionUpload> = {}) =>
    client.transcribe({ ...upload, ...change }, signal, {
      onTrouble: line => void troubles.push(line),
    })
  return { client, upload, transcribe, pauses, troubles, requests: server.requests }
}

async function failsAs(promise: Promise<unknown>, code: ErrorCode, message?: RegExp): Promise<void> {
  await assert.rejects(promise, thrown => {
    assert.ok(thrown instanceof RelayError, String(thrown))
    assert.equal(thrown.code, code)
    assert.doesNotMatch(thrown.message + thrown.hint, /sk-/)
    if (message !== undefined) assert.match(thrown.message, message)
    return true
  })
}

test('the file, the key and the fields arrive as the service documents them', async t => {
  const { transcribe, requests } = await clientOf(t, () => ({
    json: { text: ' Good morning. ', usage: { type: 'duration', seconds: 4 } },
  }))
  const outcome = await transcribe()
  assert.deepEqual(outcome, {
    kind: 'heard',
    heard: { text: 'Good morning.', language: null, segments: null, usage: { seconds: 4, usd: null } },
  })
  await transcribe({ encoding: 'wav', responseFormat: 'verbose_json', language: null })
  assert.deepEqual(requests, [
    {
      key: 'sk-one',
      fields: { model: 'gpt-transcribe', language: 'en', response_format: 'json' },
      file: { name: 'audio.mp3', type: 'audio/mpeg', bytes: 5 },
    },
    {
      key: 'sk-one',
      fields: {
        model: 'gpt-transcribe',
        response_format: 'verbose_json',
        'timestamp_granularities[]': 'word',
      },
      file: { name: 'audio.wav', type: 'audio/wav', bytes: 5 },
    },
  ])
})

test('a form it does not take is an answer, not a failure', async t => {
  const { transcribe } = await clientOf(t, () => routerError(400, 'Provider returned error'))
  const outcome = await transcribe()
  assert.ok(outcome.kind === 'refused')
  assert.equal(outcome.error.message, 'OpenAI answered 400: Provider returned error.')
})

test('each refusal fails as what it is, and never says a key', async t => {
  const limit = { 'retry-after': '120' }
  const cases: [Reply & object, ErrorCode][] = [
    [
      {
        status: 401,
        ...openAIError('Incorrect API key provided: sk-one.', 'invalid_request_error', 'invalid_api_key'),
      },
      'key_refused',
    ],
    [{ status: 401, ...openAIError('Incorrect key sk-proj-****************abcd', 'x', null) }, 'key_refused'],
    [routerError(402, 'Insufficient credits'), 'quota_exceeded'],
    [
      {
        status: 429,
        ...openAIError('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'),
      },
      'quota_exceeded',
    ],
    [
      {
        status: 429,
        headers: limit,
        ...openAIError('Rate limit reached', 'requests', 'rate_limit_exceeded'),
      },
      'rate_limited',
    ],
    [{ status: 404, ...openAIError('The model does not exist', 'x', 'model_not_found') }, 'service_rejected'],
    [{ status: 413, text: '<html>too large</html>' }, 'service_rejected'],
    [{ status: 500, text: 'oops' }, 'service_unavailable'],
    [{ status: 524, text: '' }, 'service_unavailable'],
    [{ text: '{"text": "Good mor' }, 'service_unavailable'],
    [{ json: { message: 'hello' } }, 'service_unavailable'],
    [{ json: [] }, 'service_unavailable'],
  ]
  for (const [reply, code] of cases) {
    const { transcribe } = await clientOf(t, () => reply)
    await failsAs(transcribe(), code)
  }
})

test('a passing fault is tried three times, with the pauses the service asks for', async t => {
  const hasty = {
    status: 429,
    headers: { 'retry-after': '7' },
    ...openAIError('slow down', 'x', 'slow_down'),
  }
  const waited = await clientOf(t, (_, count) => (count < 3 ? hasty : { json: { text: 'hello' } }))
  assert.equal((await waited.transcribe()).kind, 'heard')
  assert.deepEqual(waited.pauses, [7000, 7000])
  assert.deepEqual(waited.troubles, Array(2).fill('OpenAI answered 429: slow down; it is asked again in 7 s'))

  const stubborn = await clientOf(t, () => ({ status: 503, text: '' }))
  await failsAs(stubborn.transcribe(), 'service_unavailable', /answered 503/)
  assert.deepEqual(stubborn.pauses, [500, 1000])
  assert.equal(stubborn.requests.length, 3)
})

test('a longer limit than half a minute, and an empty account, are not waited for', async t => {
  const limited = await clientOf(t, () => ({
    status: 429,
    headers: { 'retry-after': '31' },
    ...openAIError('Rate limit reached', 'x', 'rate_limit_exceeded'),
  }))
  await failsAs(limited.transcribe(), 'rate_limited')
  const empty = await clientOf(t, () => routerError(402, 'Insufficient credits'))
  await failsAs(empty.transcribe(), 'quota_exceeded')
  assert.deepEqual([limited.pauses, empty.pauses], [[], []])
})

test('a key that is limited makes way for the next, which stays in use', async t => {
  const keys = ['sk-or-v1-a', 'sk-or-v1-b', 'sk-or-v1-c']
  const { transcribe, requests, pauses } = await clientOf(
    t,
    ({ key }) => (key === keys[2] ? { json: { text: 'hello' } } : routerError(429, 'limited')),
    { keys },
  )
  await transcribe()
  await transcribe()
  assert.deepEqual(
    requests.map(({ key }) => key),
    [...keys, keys[2]],
  )
  assert.deepEqual(pauses, [])
})

test('where every key is refused, a limit that passes counts more than one that does not', async t => {
  const { transcribe, requests } = await clientOf(
    t,
    ({ key }) =>
      key === 'sk-a'
        ? { status: 429, headers: { 'retry-after': '90' }, ...openAIError('limited', 'x', null) }
        : routerError(402, 'empty'),
    { keys: ['sk-a', 'sk-b'] },
  )
  await failsAs(transcribe(), 'rate_limited')
  assert.equal(requests.length, 2)
})

test('an answer that never ends is given up when its time is over, and asked for once more, not for hours', async t => {
  const timers: NodeJS.Timeout[] = []
  t.after(() => timers.forEach(clearInterval))
  const { transcribe, requests, troubles } = await clientOf(
    t,
    () => response => {
      response.writeHead(200).write('{"text": "')
      timers.push(setInterval(() => response.write('a'), 10))
    },
    { timeoutMs: 150 },
  )
  await failsAs(transcribe(), 'service_unavailable', /did not answer within 0.15 s/)
  assert.equal(requests.length, 2)
  assert.deepEqual(troubles, ['OpenAI did not answer within 0.15 s; it is asked again'])
})

test('a connection that breaks, and a server that is not there, are worth another attempt', async t => {
  const cut = await clientOf(t, () => response => void response.destroy())
  await failsAs(cut.transcribe(), 'service_unavailable', /cannot be reached/)
  const nobody = await clientOf(t, () => ({ text: '' }), { baseUrl: 'http://127.0.0.1:1/v1' })
  await failsAs(nobody.transcribe(), 'service_unavailable', /refused/)
})

test('a job that is cancelled ends its request with the reason', async t => {
  const controller = new AbortController()
  const { client, upload } = await clientOf(t, () => () => controller.abort(new Error('enough')))
  await assert.rejects(client.transcribe(upload, controller.signal), { message: 'enough' })
})
