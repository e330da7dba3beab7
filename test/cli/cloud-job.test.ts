import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findMediaTools } from '../../src/media/ffmpeg.ts'
import type { JobResult } from '../../src/model/result.ts'
import { serveOnLoopback } from '../support/loopback-server.ts'
import { makeDeskAtRoot } from '../support/relayq-process.ts'
import {
  type HeardRequest,
  openAIError,
  type Reply,
  routerError,
  speechServer,
} from '../support/speech-server.ts'

const noWhisper = 'RELAYQ_WHISPER_CLI names /nonexistent/whisper-cli, which is no program'
const root = join(import.meta.dirname, '..', '..')
const heard: Reply = { json: { text: 'The cloud says good morning.' } }
const quota: Reply = {
  status: 429,
  ...openAIError('You exceeded your current quota', 'insufficient_quota', 'insufficient_quota'),
}

/** A machine whose env file holds `settings`, with PocketSphinx as its only engine, and a service that replies so. */
async function machine(
  t: TestContext,
  reply: (request: HeardRequest, count: number) => Reply,
  settings: Readonly<Record<string, string>>,
) {
  const desk = makeDeskAtRoot(t)
  const service = await speechServer(t, reply)
  const url = await serveRecording(t)
  const bin = await programs(join(desk.folder, 'bin'), join(desk.folder, 'leak'))
  const env = {
    ASR_BACKEND: 'auto',
    RELAYQ_ALLOW_CIDRS: `127.0.0.1/32:${new URL(url).port}`,
    RELAYQ_WHISPER_CLI: '/nonexistent/whisper-cli',
    OPENAI_BASE_URL: service.baseUrl,
    OPENROUTER_BASE_URL: service.baseUrl,
    ...settings,
  }
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(desk.folder, 'config', 'env'), lines.join(''), { mode: 0o600 })
  const read = (name: string) => readFileSync(join(desk.folder, name), 'utf8')
  /** What a workflow's step does; empty secrets, as GitHub hands them on. */
  const runJob = async (inputs: Readonly<Record<string, string>> = {}) => {
    const given = Object.entries(inputs).map(([name, value]) => [`RELAYQ_INPUT_${name.toUpperCase()}`, value])
    const { code, stdout } = await desk.relayq(['run-job', 'transcribe'], {
      PATH: bin,
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: desk.folder,
      GITHUB_STEP_SUMMARY: join(desk.folder, 'summary'),
      ...{ AI_API_KEY: '', OPENAI_API_KEY: '', OPENROUTER_API_KEY: '' },
      RELAYQ_INPUT_URL: url,
      ...Object.fromEntries(given),
    })
    return { code, stdout, result: JSON.parse(read('relayq-result/result.json')) as JobResult }
  }
  return { folder: desk.folder, requests: service.requests, runJob, read, relayq: desk.relayq }
}

async function serveRecording(t: TestContext): Promise<string> {
  const audio = readFileSync(join(root, 'examples', 'audio', 'market.mp3'))
  return `${await serveOnLoopback(t, (_, response) => response.end(audio))}/market.mp3`
}

/** ffmpeg tells `leak` its environment and arguments; PocketSphinx is the quick stand-in. */
async function programs(folder: string, leak: string): Promise<string> {
  const tools = await findMediaTools(process.env, [])
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'ffmpeg'),
    `#!/bin/sh\n{ /usr/bin/env; echo "$@"; } >>${leak}\nexec ${tools.ffmpeg} "$@"\n`,
  )
  chmodSync(join(folder, 'ffmpeg'), 0o755)
  symlinkSync(tools.ffprobe, join(folder, 'ffprobe'))
  symlinkSync(join(root, 'src', 'speech', 'fixtures', 'pocketsphinx'), join(folder, 'pocketsphinx'))
  return folder
}

test('a job heard by OpenAI says so, what it cost, and nowhere with which key', async t => {
  const key = 'sk-proj-abcdefghijklmnop'
  const { runJob, requests, folder, read, relayq } = await machine(t, () => heard, { AI_API_KEY: key })
  const { code, stdout, result } = await runJob({ backend: 'openai', language: 'en' })
  assert.equal(code, 0, stdout)
  assert.deepEqual(result.engine, { name: 'openai', model: 'gpt-transcribe' })
  assert.deepEqual(result.engines, [{ name: 'openai', outcome: 'used', reason: null }])
  const [cost] = result.costs
  assert.deepEqual([result.costs.length, cost?.provider, cost?.currency], [1, 'openai', 'USD'])
  assert.ok(cost && Math.abs(cost.amount - (0.0045 * cost.seconds) / 60) < 1e-5 && cost.seconds > 15)
  assert.equal(read('relayq-result/transcript.txt'), 'The cloud says good morning.\n')
  assert.match(read('summary'), /openai \(gpt-transcribe\) took 0\.0012 USD for 15\.6 s/)

  assert.deepEqual(
    requests.map(({ key, fields }) => [key, fields['model'], fields['language']]),
    [[key, 'gpt-transcribe', 'en']],
  )
  const [mask, ...rest] = stdout.split('\n')
  assert.equal(mask, `::add-mask::${key}`)
  const files = readdirSync(join(folder, 'relayq-result')).map(name => read(`relayq-result/${name}`))
  const everything = [...rest, ...files, read('leak'), read('summary')].join('\n')
  assert.ok(!everything.includes(key), 'the key is in a log, a file or a program')

  const { stdout: shown } = await relayq(['config'], { RELAYQ_API_URL: 'http://127.0.0.1:1' })
  assert.match(shown, /^AI_API_KEY\t\(set, hidden; used for openai\)/m)
  assert.ok(!shown.includes(key))
})

test('the keys of OpenRouter take turns when one is limited', async t => {
  const { runJob, requests } = await machine(
    t,
    ({ key }) => (key === 'sk-or-one' ? routerError(429, 'Rate limit exceeded') : heard),
    { OPENROUTER_KEYS: 'sk-or-one,sk-or-two' },
  )
  const { code, result } = await runJob({ backend: 'router' })
  assert.equal(code, 0)
  assert.equal(result.engine?.model, 'openai/whisper-large-v3-turbo')
  assert.deepEqual(
    requests.map(({ key }) => key),
    ['sk-or-one', 'sk-or-two'],
  )
})

test('a private recording is not sent, whoever says that it is private', async t => {
  const { runJob, requests, folder } = await machine(t, () => heard, { AI_API_KEY: 'sk-a' })
  const asked = await runJob({ backend: 'openai', private: 'true' })
  assert.deepEqual([asked.code, asked.result.error?.code], [1, 'cloud_forbidden'])
  const { code, result } = await runJob({ private: 'true' })
  assert.equal(code, 0)
  assert.equal(result.engine?.name, 'pocketsphinx')
  assert.deepEqual(result.engines, [
    { name: 'whisper-cli', outcome: 'skipped', reason: noWhisper },
    ...['mlx_whisper', 'whisper-ctranslate2', 'openai-whisper'].map(name => ({
      name,
      outcome: 'skipped',
      reason: `${name} is not installed`,
    })),
    { name: 'router', outcome: 'skipped', reason: 'the job is private' },
    { name: 'openai', outcome: 'skipped', reason: 'the job is private' },
    { name: 'pocketsphinx', outcome: 'used', reason: null },
  ])
  writeFileSync(join(folder, 'config', 'env'), `${readEnv(folder)}RELAYQ_PRIVATE=true\n`)
  assert.equal((await runJob({ backend: 'openai' })).result.error?.code, 'cloud_forbidden')
  assert.deepEqual(requests, [])
  writeFileSync(join(folder, 'config', 'env'), `${readEnv(folder)}RELAYQ_PRIVATE=perhaps\n`)
  assert.equal((await runJob({ backend: 'openai' })).result.error?.code, 'invalid_config')
})

function readEnv(folder: string): string {
  const text = readFileSync(join(folder, 'config', 'env'), 'utf8')
  return text.replace(/^RELAYQ_PRIVATE=.*\n/m, '')
}

test('auto goes on with the next engine when an account is empty, and tells why', async t => {
  const { runJob, read } = await machine(t, () => quota, { AI_API_KEY: 'sk-a' })
  const { code, result, stdout } = await runJob()
  assert.equal(code, 0, stdout)
  assert.equal(result.engine?.name, 'pocketsphinx')
  const failed = {
    name: 'openai',
    outcome: 'failed',
    reason: 'OpenAI answered 429: You exceeded your current quota',
  }
  assert.deepEqual(
    result.engines.find(({ name }) => name === 'openai'),
    failed,
  )
  assert.match(read('summary'), /- openai failed: OpenAI answered 429/)
  assert.deepEqual(result.costs, [])
})

test('a backend that was asked for fails as what went wrong, with the exit code that says whether to try again', async t => {
  const limited = { status: 429, headers: { 'retry-after': '99' }, ...openAIError('slow down', 'x', null) }
  const replies: [Reply, number, string][] = [
    [quota, 1, 'quota_exceeded'],
    [limited, 75, 'rate_limited'],
    [{ status: 401, ...openAIError('Incorrect API key', 'x', 'invalid_api_key') }, 75, 'key_refused'],
    [routerError(402, 'Insufficient credits'), 1, 'quota_exceeded'],
  ]
  const { runJob } = await machine(t, (_, count) => replies[count - 1]?.[0] ?? heard, {
    AI_API_KEY: 'sk-a',
  })
  for (const [, exit, code] of replies) {
    const job = await runJob({ backend: 'openai' })
    assert.deepEqual([job.code, job.result.error?.code], [exit, code])
  }
})

test('no job costs more than it may, and no month', async t => {
  const dear = await machine(t, () => heard, { AI_API_KEY: 'sk-a', RELAYQ_MAX_COST_PER_JOB: '0.001' })
  const refused = await dear.runJob({ backend: 'openai' })
  assert.deepEqual([refused.code, refused.result.error?.code], [1, 'cloud_forbidden'])
  assert.match(refused.result.error?.message ?? '', /RELAYQ_MAX_COST_PER_JOB=0.001/)
  const auto = await dear.runJob()
  assert.equal(auto.result.engine?.name, 'pocketsphinx')
  assert.deepEqual(dear.requests, [])
  const openai = auto.result.engines.find(({ name }) => name === 'openai')
  assert.equal(openai?.outcome, 'skipped', 'it was not asked, so it did not fail')
  assert.match(openai.reason ?? '', /RELAYQ_MAX_COST_PER_JOB=0.001/)
  assert.match(auto.stdout, /relayq: openai is not asked, pocketsphinx goes on: openai would cost/)

  const monthly = await machine(t, () => heard, { AI_API_KEY: 'sk-a', RELAYQ_MAX_COST_PER_MONTH: '0.002' })
  assert.equal((await monthly.runJob({ backend: 'openai' })).code, 0)
  // A cache may be emptied at any time: what was spent stays spent.
  rmSync(join(monthly.folder, 'cache'), { recursive: true, force: true })
  const second = await monthly.runJob({ backend: 'openai' })
  assert.match(second.result.error?.message ?? '', /0\.0012 USD are spent: .*RELAYQ_MAX_COST_PER_MONTH/)
  assert.equal(monthly.requests.length, 1)
})
