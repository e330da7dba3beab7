import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, RelayError } from '../base/errors.ts'
import type { EngineTrial } from '../model/result.ts'
import type { Recognition, SpeechBackend, SpeechLimits } from '../speech/backend.ts'
import type { Purse } from '../speech/purse.ts'
import { engineChain } from './engine-chain.ts'

const heard: Recognition = {
  language: 'en',
  model: null,
  version: null,
  timing: 'word',
  segments: [],
  warnings: [],
}

/** An engine that answers each call with what `answer` makes of its number, from 1. */
function engineOf(
  name: string,
  answer: (call: number) => Promise<Recognition>,
  limits?: SpeechLimits,
): { engine: SpeechBackend; calls: () => number } {
  let calls = 0
  const engine: SpeechBackend = {
    name,
    listModels: async () => [],
    check: async () => ({ kind: 'ready', model: null, version: null }),
    transcribe: () => answer(++calls),
    ...(limits ? { limits: () => limits } : {}),
  }
  return { engine, calls: () => calls }
}

const works = async () => heard
const fails = (code: ErrorCode) => async () => {
  throw new RelayError(code, `It is ${code}.`)
}

function chainOf(...engines: { engine: SpeechBackend }[]) {
  const trials: EngineTrial[] = []
  const chain = engineChain(engines, { log: () => {}, onEngine: trial => trials.push(trial) })
  const controller = new AbortController()
  const watch = { signal: controller.signal, workFolder: '', onProgress: () => {} }
  const hear = () =>
    chain.transcribe({ path: '', durationSeconds: 1 }, { model: null, language: null }, watch)
  return { chain, hear, trials, controller }
}

test('where an engine fails, the next takes over for good, and lends the chain its name', async () => {
  const first = engineOf('openai', fails('quota_exceeded'))
  const second = engineOf('pocketsphinx', works)
  const { chain, hear, trials } = chainOf(first, second)
  assert.equal(chain.name, 'openai')
  await hear()
  await hear()
  assert.equal(chain.name, 'pocketsphinx')
  assert.deepEqual([first.calls(), second.calls()], [1, 2])
  assert.deepEqual(trials.slice(0, 2), [
    { name: 'openai', outcome: 'failed', reason: 'It is quota_exceeded' },
    { name: 'pocketsphinx', outcome: 'used', reason: null },
  ])
})

test('several calls that fail at once give an engine up once', async () => {
  const first = engineOf('openai', fails('quota_exceeded'))
  const second = engineOf('router', works)
  const third = engineOf('pocketsphinx', works)
  const { hear, trials } = chainOf(first, second, third)
  await Promise.all([hear(), hear(), hear()])
  assert.deepEqual([first.calls(), second.calls(), third.calls()], [3, 3, 0])
  assert.equal(trials.filter(({ outcome }) => outcome === 'failed').length, 1)
})

test('when all have failed, an error that may pass counts before one that does not', async () => {
  const passing = chainOf(
    engineOf('router', fails('rate_limited')),
    engineOf('openai', fails('quota_exceeded')),
  )
  await assert.rejects(passing.hear(), { code: 'rate_limited' })
  const lasting = chainOf(
    engineOf('router', fails('service_rejected')),
    engineOf('openai', fails('quota_exceeded')),
  )
  await assert.rejects(lasting.hear(), { code: 'quota_exceeded' })
})

test('the whole recording has to be affordable before its first part is sent', async () => {
  const dear = engineOf('openai', works)
  const engine: SpeechBackend = {
    ...dear.engine,
    expectedCost: seconds => ({
      ...{ provider: 'openai', model: 'm', currency: 'USD', seconds },
      amount: seconds / 100,
    }),
  }
  const purse: Purse = {
    reserve: async ({ amount }) => {
      if (amount > 0.5) throw new RelayError('cloud_forbidden', 'Too dear.')
      return { settle: cost => assert.equal(cost, null) }
    },
  }
  const hearOf = async (recordingSeconds: number) => {
    const next = engineOf('pocketsphinx', works)
    const { chain } = chainOf({ engine }, next)
    const watch = {
      ...{ signal: new AbortController().signal, workFolder: '', onProgress: () => {} },
      ...{ purse, recordingSeconds },
    }
    const part = { path: '', durationSeconds: 10 }
    const hear = () => chain.transcribe(part, { model: null, language: null }, watch)
    await Promise.all([hear(), hear()])
    return next.calls()
  }
  assert.equal(await hearOf(50), 0)
  assert.equal(await hearOf(51), 2)
  assert.equal(dear.calls(), 2)
})

test('a job that is cancelled, and a fault of the program, go to no other engine', async () => {
  const next = engineOf('pocketsphinx', works)
  const cancelled = chainOf(
    engineOf('openai', async () => {
      cancelled.controller.abort(new Error('enough'))
      throw new RelayError('service_unavailable', 'cut off')
    }),
    next,
  )
  await assert.rejects(cancelled.hear(), { message: 'enough' })
  const faulty = chainOf(
    engineOf('openai', async () => {
      throw new TypeError('a fault')
    }),
    next,
  )
  await assert.rejects(faulty.hear(), TypeError)
  assert.equal(next.calls(), 0)
})

test('a recording is split so that each engine of the chain can take the parts', () => {
  const minute = { leastSeconds: 15, mostSeconds: 60, parallel: 4, memoryMb: 32 }
  const machine = { memoryMb: 4096, cores: 4 }
  const { chain } = chainOf(engineOf('openai', works, minute), engineOf('whisper-cli', works))
  assert.deepEqual(chain.limits?.(machine), minute)
  const local = chainOf(engineOf('whisper-cli', works)).chain
  assert.equal(local.limits?.(machine).mostSeconds, Number.POSITIVE_INFINITY)
})
