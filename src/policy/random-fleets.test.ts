import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.ts'
import { transcribePolicy } from '../../test/support/seed-fleet.ts'
import type { Runner } from '../model/runner.ts'
import type { Candidate, Decision } from './decision.ts'
import { evaluatePolicy, type RoutingRequest } from './evaluate.ts'

const names = ['a', 'b', 'c', 'd', 'e']

interface World {
  readonly request: RoutingRequest
  readonly mayTakeSeconds: number
  readonly policy: ReturnType<typeof transcribePolicy>
}

function worldOf(seed: number): World {
  const random = randomFrom(seed)
  const oneIn = (count: number) => random() * count < 1
  const shuffled = names.toSorted(() => random() - 0.5)
  const split = 1 + Math.floor(random() * 3)
  const mayTakeSeconds = Math.floor(random() * 3_600)
  const policy = transcribePolicy(
    [
      `prefer: [${shuffled.slice(0, split).join(', ')}]`,
      `fallback: [${shuffled.slice(split).join(', ')}]`,
      `preferred_may_take: ${mayTakeSeconds}s`,
      `hosted: ${oneIn(3) ? 'last' : 'never'}`,
      'queue_timeout: 10m',
      'constraints: {min_memory_gb: 2}',
    ].join('\n'),
  )
  const runners = names.flatMap((name, id): Runner[] => {
    if (oneIn(6)) return []
    const status = oneIn(4) ? 'offline' : 'online'
    return [{ id, name, os: 'Linux', status, busy: oneIn(3), labels: ['self-hosted', name] }]
  })
  const some = () => names.filter(() => oneIn(4))
  const facts = some().map(name => {
    return [name, { memoryMb: oneIn(2) ? 512 : 8_192, reportedAt: '2026-01-01T00:00:00Z' }] as const
  })
  return {
    policy,
    mayTakeSeconds,
    request: {
      ...{ kind: 'transcribe', inputs: { sizeBytes: 1 }, now: 0 },
      fleet: { runners, facts: new Map(facts) },
      mediaSeconds: oneIn(4) ? null : Math.floor(random() * 7_200),
      speeds: new Map(names.map(name => [name, random() * 2])),
      load: new Map(some().map(name => [name, { jobs: 1, seconds: oneIn(5) ? null : random() * 7_200 }])),
      avoid: new Map(oneIn(3) ? some().map(name => [name, 'it went away']) : []),
      exhausted: new Set(oneIn(4) ? [0] : []),
    },
  }
}

const worlds = Array.from({ length: 1_000 }, (_, seed) => ({ seed, ...worldOf(seed) }))

function chosenOf(decision: Decision): Candidate | null {
  return decision.candidates.find(({ verdict }) => verdict === 'chosen') ?? null
}

test('in any fleet the chosen machine fits, and is online unless none that fits is', () => {
  for (const { seed, policy, request } of worlds) {
    const decision = evaluatePolicy(policy, request)
    const chosen = chosenOf(decision)
    const tooSmall = (name: string | null) =>
      (request.fleet?.facts.get(name ?? '')?.memoryMb ?? 9_999) < 1_000
    if (!chosen) {
      assert.equal(decision.outcome, 'rejected', `seed ${seed}`)
      assert.ok(
        decision.candidates.every(({ runner }) => runner !== null && tooSmall(runner)),
        `seed ${seed}`,
      )
      continue
    }
    assert.ok(!tooSmall(chosen.runner), `seed ${seed}`)
    const online =
      request.fleet?.runners.filter(({ name, status }) => status === 'online' && !tooSmall(name)) ?? []
    const isOnline = online.some(({ name }) => name === chosen.runner)
    assert.equal(isOnline || decision.hosted, decision.outcome !== 'waiting', `seed ${seed}`)
    if (online.length > 0) assert.ok(isOnline || decision.hosted, `seed ${seed}`)
  }
})

test('in any fleet no accepted machine comes before the chosen one in the documented order', () => {
  for (const { seed, policy, request, mayTakeSeconds } of worlds) {
    const decision = evaluatePolicy(policy, request)
    const chosen = chosenOf(decision)
    if (!chosen || decision.outcome === 'waiting') continue
    const accepted = decision.candidates.filter(({ verdict }) => verdict === 'accepted')
    for (const other of accepted) {
      const about = `seed ${seed}: ${other.label} was not needed, ${chosen.label} was chosen`
      assert.ok(!request.avoid?.has(other.runner ?? ''), about)
      assert.ok(!request.exhausted?.has(other.step), about)
      // A last resort is taken only where nothing was accepted but a GitHub-hosted machine, which then would win.
      assert.ok(!request.avoid?.has(chosen.runner ?? '') && !request.exhausted?.has(chosen.step), about)
      assert.ok(!decision.hosted, about)
      if (other.eta === null || chosen.eta === null) continue
      if (other.step === chosen.step) assert.ok(chosen.eta <= other.eta, about)
      if (other.step < chosen.step) assert.ok(other.eta > chosen.eta + mayTakeSeconds, about)
      if (other.step > chosen.step && other.label !== 'ubuntu-latest') {
        assert.ok(chosen.eta <= other.eta + mayTakeSeconds, about)
      }
    }
  }
})

test('in any fleet every candidate has a reason, and the decision is JSON', () => {
  for (const { seed, policy, request } of worlds) {
    const decision = evaluatePolicy(policy, request)
    assert.ok(
      decision.candidates.every(({ reasons }) => reasons.length > 0),
      `seed ${seed}`,
    )
    assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision)
    assert.deepEqual(evaluatePolicy(policy, request), decision)
  }
})
