import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { type HeardRequest, type Reply, routerError, speechServer } from '../../test/support/speech-server.ts'
import { RelayError } from '../base/errors.ts'
import { bytesPerSecond, wavHeader } from '../media/wav.ts'
import type { Cost } from '../model/cost.ts'
import { speechBackendContract } from './backend.contract.ts'
import type { SpeechBackend, SpeechRequest } from './backend.ts'
import { cloudBackend } from './cloud-backend.ts'
import type { CloudHost } from './cloud-hearing.ts'
import { type FormMemory, formMemory } from './form-memory.ts'
import type { Purse } from './purse.ts'

const verbose = {
  language: 'english',
  text: 'Good morning.',
  segments: [{ start: 0.2, end: 90, text: ' Good morning.' }],
  words: [
    { word: 'Good', start: 0.2, end: 0.6 },
    { word: 'morning', start: 0.6, end: 1.1 },
  ],
  usage: { seconds: 4, cost: 0.0001 },
}

/** Models answer as their names say. */
function replyByModel({ fields }: HeardRequest): Reply {
  if (fields['model']?.includes('slow')) return () => {}
  return fields['response_format'] === 'json' ? { json: { text: 'Good morning.' } } : { json: verbose }
}

function hostOf(
  name: CloudHost['name'],
  baseUrl: string,
  keys: readonly string[],
  env = process.env,
): CloudHost {
  const forms: FormMemory = { recall: async () => null, remember: async () => {} }
  return {
    name,
    service: { label: name === 'openai' ? 'OpenAI' : 'OpenRouter', baseUrl, keys, timeoutMs: 20_000 },
    keySettings: ['AI_API_KEY'],
    model: name === 'openai' ? 'gpt-transcribe' : 'openai/whisper-large-v3-turbo',
    env,
    programFolders: [],
    forms,
    sleep: async () => {},
  }
}

const asking = (name: string): SpeechRequest => ({ model: { name, asked: true }, language: 'en' })
const shared = await speechServer({ after }, replyByModel)
for (const [name, slow, impossible] of [
  ['openai', 'gpt-slow', 'base'],
  ['router', 'maker/slow', 'base'],
] as const) {
  speechBackendContract(`${name}, by a service on loopback,`, {
    make: env => cloudBackend(hostOf(name, shared.baseUrl, ['sk-test'], env)),
    makeAbsent: () => cloudBackend(hostOf(name, shared.baseUrl, [])),
    request: { model: null, language: 'en' },
    slowRequest: asking(slow),
    impossible: asking(impossible),
    expected: 'good morning',
    absence: { reason: /no key of Open/, hint: /AI_API_KEY/ },
  })
}

/** Half a second of tone in every second; `silent` seconds have none. */
async function recording(t: TestContext, seconds: number, silent: (second: number) => boolean = () => false) {
  const folder = await mkdtemp(join(tmpdir(), 'relayq-cloud-'))
  t.after(() => rm(folder, { recursive: true }))
  const samples = Buffer.alloc(seconds * bytesPerSecond)
  for (let at = 0; at < samples.length; at += 2) {
    const second = Math.floor(at / bytesPerSecond)
    const isTone = at % bytesPerSecond < bytesPerSecond / 2 && !silent(second)
    samples.writeInt16LE(isTone ? Math.round(8000 * Math.sin(at / 20)) : 0, at)
  }
  const path = join(folder, 'audio.wav')
  await writeFile(path, Buffer.concat([wavHeader(samples.length), samples]))
  const work = join(folder, 'work')
  await mkdir(work)
  const hear = (backend: SpeechBackend, request: SpeechRequest, purse?: Purse) =>
    backend.transcribe({ path, durationSeconds: seconds }, request, {
      signal: new AbortController().signal,
      onProgress: () => {},
      workFolder: work,
      ...(purse ? { purse } : {}),
    })
  return { folder, work, hear }
}

const anything: SpeechRequest = { model: null, language: null }

test('a model without times is sent a minute at a time, and its sentences are spread over what sounds', async t => {
  const { baseUrl, requests } = await speechServer(t, (_, count) => ({
    json: { text: `Piece ${count}. And some more words.`, languages: [{ code: 'de' }] },
  }))
  const { hear, work } = await recording(t, 70, second => second >= 67)
  const heard = await hear(cloudBackend(hostOf('openai', baseUrl, ['sk-test'])), anything)
  assert.equal(requests.length, 2)
  // 32 kbit/s against the 256 of a normalised wav.
  assert.ok(requests.every(({ file }) => file.name === 'audio.mp3' && file.bytes < 60 * 4_500))
  assert.equal(heard.timing, 'chunk')
  assert.equal(heard.language, 'de')
  assert.deepEqual(
    heard.segments.map(({ text }) => text),
    ['Piece 1.', 'And some more words.', 'Piece 2.', 'And some more words.'],
  )
  const [first, second, third, last] = heard.segments
  assert.equal(first?.start, 0)
  assert.ok(second && third && last && second.end <= third.start && third.start < 60)
  assert.ok(last.end > 65 && last.end < 67, `${last.end}`)
  assert.deepEqual(await readdir(work), [], 'no piece is left')
})

test('what nothing sounds in is not sent, and costs nothing', async t => {
  const { baseUrl, requests } = await speechServer(t, () => ({ json: { text: 'Thanks for watching!' } }))
  const { hear } = await recording(t, 70, () => true)
  const heard = await hear(cloudBackend(hostOf('openai', baseUrl, ['sk-test'])), anything)
  assert.deepEqual([heard.segments, requests.length], [[], 0])
})

test('times of a piece become times of the recording, within it', async t => {
  const { baseUrl } = await speechServer(t, () => ({ json: verbose }))
  const { hear } = await recording(t, 400)
  const heard = await hear(cloudBackend(hostOf('router', baseUrl, ['sk-test'])), anything)
  assert.equal(heard.timing, 'word')
  assert.equal(heard.segments.length, 2)
  const [first, second] = heard.segments
  assert.deepEqual([first?.start, first?.end, first?.words?.[0]?.start], [0.2, 90, 0.2])
  const offset = (second?.start ?? 0) - 0.2
  assert.ok(offset > 150 && offset < 300 && (second?.end ?? 0) <= 400)
  assert.equal(second?.words?.[1]?.text, 'morning')
})

test('a form that is refused makes way for the next, which the next job begins with', async t => {
  const { baseUrl, requests } = await speechServer(t, ({ fields, file }) => {
    if (fields['response_format'] !== 'json') return routerError(400, 'Provider returned error')
    return file.name === 'audio.wav' ? { json: { text: 'hello' } } : routerError(400, 'Provider returned 400')
  })
  const { hear, folder } = await recording(t, 2)
  let now = 1_000
  const path = join(folder, 'cache', 'forms.json')
  const again = () =>
    hear(
      cloudBackend({ ...hostOf('router', baseUrl, ['sk-test']), forms: formMemory(path, () => now) }),
      anything,
    )
  const forms = () =>
    requests.splice(0).map(({ fields, file }) => `${fields['response_format']} ${file.name.split('.')[1]}`)
  assert.equal((await again()).segments[0]?.text, 'hello')
  const all = ['verbose_json mp3', 'json mp3', 'json wav']
  assert.deepEqual(forms(), all)
  await again()
  assert.deepEqual(forms(), ['json wav'])
  now += 31 * 86_400_000
  await again()
  assert.deepEqual(forms(), all, 'after a month it is asked anew')
  await writeFile(path, '{"broken')
  await again()
  assert.deepEqual(forms(), all, 'what is remembered is only a saving')
})

test('a key that was limited for one part of a recording is not asked first for the next', async t => {
  const { baseUrl, requests } = await speechServer(t, ({ key }) =>
    key === 'sk-b' ? { json: verbose } : routerError(429, 'limited'),
  )
  const { hear } = await recording(t, 1)
  const backend = cloudBackend(hostOf('router', baseUrl, ['sk-a', 'sk-b']))
  await hear(backend, anything)
  await hear(backend, anything)
  assert.deepEqual(
    requests.map(({ key }) => key),
    ['sk-a', 'sk-b', 'sk-b'],
  )
})

test('a recording that no form suits fails with what the service said last', async t => {
  const { baseUrl } = await speechServer(t, (_, count) => routerError(400, `reason ${count}`))
  const { hear } = await recording(t, 1)
  await assert.rejects(hear(cloudBackend(hostOf('router', baseUrl, ['sk-test'])), anything), {
    code: 'service_rejected',
    message: 'OpenRouter answered 400: reason 3.',
  })
})

/** A purse that keeps account: what was reserved, and how each was settled. */
function accounts() {
  const reserved: Cost[] = []
  const settled: (Cost | null)[] = []
  const purse: Purse = {
    reserve: async expected => {
      reserved.push(expected)
      return { settle: cost => void settled.push(cost) }
    },
  }
  return { purse, reserved, settled }
}

test('each request is paid for as the service says, else by the price of the model', async t => {
  const { baseUrl } = await speechServer(t, replyByModel)
  const { hear } = await recording(t, 40)
  const router = accounts()
  await hear(cloudBackend(hostOf('router', baseUrl, ['sk-test'])), anything, router.purse)
  const said = { provider: 'router', model: 'openai/whisper-large-v3-turbo', currency: 'USD' }
  assert.deepEqual(router.settled, [{ ...said, amount: 0.0001, seconds: 4 }])
  const openai = accounts()
  await hear(cloudBackend(hostOf('openai', baseUrl, ['sk-test'])), anything, openai.purse)
  const priced = { provider: 'openai', model: 'gpt-transcribe', currency: 'USD', amount: 0.003, seconds: 40 }
  assert.deepEqual([openai.reserved, openai.settled], [[priced], [priced]])
})

test('a refusal costs nothing; a request whose answer was lost may have cost its price', async t => {
  const cases: [Reply, number, number][] = [
    [routerError(402, 'Insufficient credits'), 1, 0],
    // Of three tries none was answered: what was set aside for the last of them stays so.
    [{ text: '{"text": "cut' }, 3, 3],
    [response => void response.destroy(), 3, 3],
  ]
  for (const [reply, reserved, kept] of cases) {
    const { baseUrl } = await speechServer(t, () => reply)
    const { hear } = await recording(t, 1)
    const account = accounts()
    await assert.rejects(hear(cloudBackend(hostOf('openai', baseUrl, ['sk-test'])), anything, account.purse))
    const freed = account.settled.filter(cost => cost === null).length
    assert.deepEqual([account.reserved.length, account.reserved.length - freed], [reserved, kept])
  }
})

test('a service that cannot be reached costs nothing', async t => {
  const { hear } = await recording(t, 1)
  const account = accounts()
  const backend = cloudBackend(hostOf('openai', 'http://127.0.0.1:1/v1', ['sk-test']))
  await assert.rejects(hear(backend, anything, account.purse), { code: 'service_unavailable' })
  assert.deepEqual([account.reserved.length, account.settled], [1, [null]])
})

test('a service that is lost before the recording was sent costs nothing', async t => {
  const { hear } = await recording(t, 1)
  for (const meet of [
    (socket: Socket) => void socket.once('data', () => socket.destroy()),
    (socket: Socket) => void socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    // It never answers: the time of the request runs out in the handshake.
    () => {},
  ]) {
    const sockets: Socket[] = []
    const server = createServer(socket => {
      sockets.push(socket.on('error', () => {}))
      meet(socket)
    }).listen(0, '127.0.0.1')
    t.after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    await once(server, 'listening')
    const account = accounts()
    const host = hostOf('openai', `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, [
      'sk-test',
    ])
    const backend = cloudBackend({ ...host, service: { ...host.service, timeoutMs: 300 } })
    await assert.rejects(hear(backend, anything, account.purse), { code: 'service_unavailable' })
    assert.deepEqual([account.reserved.length, account.settled], [1, [null]])
  }
})

test('what there is no money for a second time fails as it did the first time, which is tried again', async t => {
  const { baseUrl, requests } = await speechServer(t, () => ({ text: '{"text": "cut' }))
  const { hear } = await recording(t, 1)
  const account = accounts()
  const purse: Purse = {
    reserve: async expected => {
      if (account.reserved.length > 0) throw new RelayError('cloud_forbidden', 'It would cost too much.')
      return await account.purse.reserve(expected)
    },
  }
  const backend = cloudBackend(hostOf('openai', baseUrl, ['sk-test']))
  await assert.rejects(hear(backend, anything, purse), { code: 'service_unavailable', message: /cut off/ })
  assert.deepEqual([account.settled, requests.length], [account.reserved, 1])
})

test('nothing is set aside for another try before its time has come', async t => {
  const { baseUrl } = await speechServer(t, () => ({ text: '{"text": "cut' }))
  const { hear } = await recording(t, 1)
  const account = accounts()
  const sleep = async () => {
    throw new Error('cancelled')
  }
  const backend = cloudBackend({ ...hostOf('openai', baseUrl, ['sk-test']), sleep })
  await assert.rejects(hear(backend, anything, account.purse), { message: 'cancelled' })
  assert.equal(account.reserved.length, 1)
})

test('an answer that was lost and asked for again may have cost its price twice', async t => {
  const { baseUrl } = await speechServer(t, (_, count) =>
    count === 1 ? { text: '{"text": "cut' } : { json: { text: 'hello' } },
  )
  const { hear } = await recording(t, 40)
  const account = accounts()
  await hear(cloudBackend(hostOf('openai', baseUrl, ['sk-test'])), anything, account.purse)
  assert.deepEqual(
    account.settled.map(cost => cost?.amount),
    [0.003, 0.003],
  )
})

test('a model that its service ends is used, with a warning of the day', async t => {
  const { baseUrl } = await speechServer(t, replyByModel)
  const { hear } = await recording(t, 1)
  const backend = cloudBackend(hostOf('openai', baseUrl, ['sk-test']))
  assert.deepEqual((await hear(backend, asking('whisper-1'))).warnings, [
    'OpenAI ends the model whisper-1 on 2027-02-26: use gpt-transcribe.',
  ])
  assert.deepEqual((await hear(backend, anything)).warnings, [])
})

test('a model configured for the engines of this machine is not asked of a service', async t => {
  const { baseUrl, requests } = await speechServer(t, replyByModel)
  const { hear } = await recording(t, 1)
  await hear(cloudBackend(hostOf('openai', baseUrl, ['sk-test'])), {
    model: { name: 'small', asked: false },
    language: null,
  })
  assert.equal(requests[0]?.fields['model'], 'gpt-transcribe')
})
