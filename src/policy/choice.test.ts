import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideBy, type SeedStates, seedRequest, transcribePolicy } from '../../test/support/seed-fleet.ts'
import { evaluatePolicy, type RoutingRequest } from './evaluate.ts'
import { explainDecision } from './explain.ts'

const seed = 'prefer: [macmini]\nfallback: [rpi4, rpi3]'
const now = Date.parse('2026-03-01T12:00:00Z')

/** The Mac needs 6 s for a minute of media, the Pi 4 half a minute, the Pi 3 a whole one. */
const speeds = new Map([
  ['macmini', 0.1],
  ['rpi4', 0.5],
  ['rpi3', 1],
])

const hour = 3_600
const loaded = (jobs: number, seconds: number | null) => new Map([['macmini', { jobs, seconds }]])

interface Case {
  readonly name: string
  readonly route?: string
  readonly states: SeedStates
  readonly extra: Partial<RoutingRequest>
  readonly chosen: string
  readonly outcome: string
  readonly says?: RegExp
}

const cases: readonly Case[] = [
  {
    name: 'keeps the preferred machine though another is done sooner, within preferred_may_take',
    states: { mac: 'busy', pi: 'idle' },
    extra: { mediaSeconds: 600, speeds, load: loaded(1, 900) },
    ...{ chosen: 'macmini', outcome: 'preferred' },
    says: /^macmini is preferred \(online, busy with 1 job and about 15 minutes of work, done in about 16 minutes\)\.$/m,
  },
  {
    name: 'leaves the preferred machine that would be done too late, and says so',
    states: { mac: 'busy', pi: 'idle' },
    extra: { mediaSeconds: 600, speeds, load: loaded(3, 2 * hour) },
    ...{ chosen: 'rpi4', outcome: 'fallback' },
    says: /macmini: rejected: online, busy with 3 jobs and about 2 hours of work; done in about 2 hours; about 1\.9 hours later than the earliest, more than preferred_may_take \(30m\)/,
  },
  {
    name: 'takes the time the policy gives the preferred machine',
    route: `${seed}\npreferred_may_take: 3h`,
    states: { mac: 'busy', pi: 'idle' },
    extra: { mediaSeconds: 600, speeds, load: loaded(3, 2 * hour) },
    ...{ chosen: 'macmini', outcome: 'preferred' },
  },
  {
    name: 'keeps the order of the fallbacks within that time as well',
    states: { mac: 'offline', pi: 'busy', pi3: 'idle' },
    extra: { mediaSeconds: 60, speeds, load: new Map([['rpi4', { jobs: 1, seconds: 600 }]]) },
    ...{ chosen: 'rpi4', outcome: 'fallback' },
    says: /^rpi3: not needed: .*rpi4 comes first in the policy/m,
  },
  {
    name: 'compares the beginnings where the length of the media is unknown',
    states: { mac: 'busy', pi: 'idle' },
    extra: { load: loaded(2, 2 * hour) },
    ...{ chosen: 'rpi4', outcome: 'fallback' },
    says: /about 2 hours later than the earliest/,
  },
  {
    name: 'stays with the preferred machine whose queue nobody knows',
    states: { mac: 'busy', pi: 'idle' },
    extra: { mediaSeconds: 600, speeds, load: loaded(2, null) },
    ...{ chosen: 'macmini', outcome: 'preferred' },
  },
  {
    name: 'takes the one of a step that is done first',
    route: 'prefer: [rpi3, rpi4]',
    states: { pi: 'idle', pi3: 'idle' },
    extra: { mediaSeconds: 600, speeds },
    ...{ chosen: 'rpi4', outcome: 'preferred' },
    says: /^rpi3: not needed: .*rpi4 is done sooner/m,
  },
  {
    name: 'takes the one of a step whose end is known',
    route: 'prefer: [rpi4, rpi3]',
    states: { pi: 'busy', pi3: 'idle' },
    extra: { mediaSeconds: 600, speeds },
    ...{ chosen: 'rpi3', outcome: 'preferred' },
    says: /^rpi4: not needed: online, busy; rpi3 is idle/m,
  },
  {
    name: 'lets one of greater weight take longer',
    route: 'prefer: [{label: rpi3, weight: 3}, rpi4]',
    states: { pi: 'idle', pi3: 'idle' },
    extra: { mediaSeconds: 600, speeds },
    ...{ chosen: 'rpi3', outcome: 'preferred' },
    says: /^rpi4: not needed: .*rpi3 has more weight/m,
  },
  {
    name: 'takes the greater weight where nothing else differs',
    route: 'prefer: [rpi3, {label: rpi4, weight: 2}]',
    states: { pi: 'idle', pi3: 'idle' },
    extra: {},
    ...{ chosen: 'rpi4', outcome: 'preferred' },
    says: /^rpi3: not needed: .*rpi4 has more weight/m,
  },
  {
    name: 'packs: gives the job to the one that has work already',
    route: 'prefer: [rpi4, rpi3]\nplacement: pack',
    states: { pi: 'idle', pi3: 'busy' },
    extra: { mediaSeconds: 60, speeds, load: new Map([['rpi3', { jobs: 1, seconds: 300 }]]) },
    ...{ chosen: 'rpi3', outcome: 'preferred' },
    says: /^rpi4: not needed: .*rpi3 has work already, and the placement is pack/m,
  },
  {
    name: 'does not pack beyond what a machine may take longer',
    route: 'prefer: [rpi4, rpi3]\nplacement: pack',
    states: { pi: 'idle', pi3: 'busy' },
    extra: { mediaSeconds: 60, speeds, load: new Map([['rpi3', { jobs: 9, seconds: 3 * hour }]]) },
    ...{ chosen: 'rpi4', outcome: 'preferred' },
  },
  {
    name: 'avoids the machine that lost the job before',
    states: { mac: 'idle', pi: 'idle' },
    extra: { avoid: new Map([['macmini', 'tried before: it went away while it had the job']]) },
    ...{ chosen: 'rpi4', outcome: 'fallback' },
    says: /^macmini: rejected: online, idle; tried before: it went away while it had the job/m,
  },
  {
    name: 'takes the machine that lost the job where no other can',
    states: { mac: 'idle', pi: 'offline' },
    extra: { avoid: new Map([['macmini', 'tried before: it went away']]) },
    ...{ chosen: 'macmini', outcome: 'preferred' },
    says: /^macmini: chosen: online, idle; tried before: it went away/m,
  },
  {
    name: 'waits for another machine rather than take one that lacks what the job needs',
    states: { mac: 'idle', pi: 'offline' },
    extra: { avoid: new Map([['macmini', 'tried before: no key']]), lacking: new Set(['macmini']) },
    ...{ chosen: 'rpi4', outcome: 'waiting' },
    says: /^macmini: rejected: online, idle; tried before: no key/m,
  },
  {
    name: 'takes the one that lacks it where there is no other at all',
    route: 'prefer: [macmini]\nfallback: [nosuch]',
    states: { mac: 'idle' },
    extra: { avoid: new Map([['macmini', 'tried before: no key']]), lacking: new Set(['macmini']) },
    ...{ chosen: 'macmini', outcome: 'preferred' },
  },
  {
    name: 'takes no hosted machine where one has shown what they lack, and another may be waited for',
    route: 'prefer: [macmini]\nfallback: [rpi4]\nhosted: last',
    states: { mac: 'idle', pi: 'offline' },
    extra: {
      avoid: new Map([['macmini', 'tried before: no key']]),
      lacking: new Set(['macmini', 'ubuntu-latest']),
    },
    ...{ chosen: 'rpi4', outcome: 'waiting' },
  },
  {
    name: 'passes over a step that was waited for long enough',
    route: `${seed}\nqueue_timeout: 10m`,
    states: { mac: 'busy', pi: 'idle' },
    extra: { exhausted: new Set([0]) },
    ...{ chosen: 'rpi4', outcome: 'fallback' },
    says: /since no preferred runner can \(macmini: its queue_timeout \(10m\) is over\)/,
  },
  {
    name: 'waits for the next step where none is online and the first was waited for',
    states: { mac: 'offline', pi: 'offline' },
    extra: { exhausted: new Set([0]) },
    ...{ chosen: 'rpi4', outcome: 'waiting' },
  },
]

describe('the choice of a machine', () => {
  for (const { name, route, states, extra, chosen, outcome, says } of cases) {
    it(name, () => {
      const decision = decideBy(route ?? seed, states, { now, ...extra })
      assert.deepEqual([decision.outcome, decision.label], [outcome, chosen])
      if (says) assert.match(explainDecision(decision).join('\n'), says)
      assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision)
    })
  }

  it('tells when each machine would be done, and calls a guess one', () => {
    const decision = decideBy(seed, { mac: 'idle', pi: 'offline' }, { now, mediaSeconds: 600, speeds })
    assert.equal(decision.expectedFinish, '2026-03-01T12:01:00.000Z')
    assert.deepEqual(
      decision.candidates.map(({ eta }) => eta),
      [60, null, null],
    )
    const guessed = decideBy(seed, { mac: 'idle' }, { now, mediaSeconds: 600 })
    assert.match(guessed.summary, /done in about \d+ minutes \(a guess: its speed is not measured\)/)
  })

  it('takes the speed as measured, else as the file says, else as a guess by the machine', () => {
    const more =
      'runner_capabilities:\n  macmini: {speed: {transcribe: 0.2}}\n  rpi3: {arch: arm64, cores: 4}\n'
    const policy = transcribePolicy(seed, more)
    const states = { mac: 'idle', pi: 'idle', pi3: 'idle' } as const
    const request = { ...seedRequest(states), mediaSeconds: 100 }
    const etas = (extra: Partial<RoutingRequest>) =>
      evaluatePolicy(policy, { ...request, ...extra }).candidates.map(({ eta }) => eta)
    assert.deepEqual(etas({}), [20, 100, 80])
    assert.deepEqual(etas({ speeds }), [10, 50, 100])
  })

  it('believes no length of media beyond what a run may last', () => {
    const decision = decideBy(seed, { mac: 'idle' }, { now, mediaSeconds: 1e300 })
    assert.equal(decision.expectedFinish, '2026-04-05T12:00:00.000Z')
    for (const mediaSeconds of [Number.NaN, -1]) {
      assert.equal(decideBy(seed, { mac: 'idle' }, { now, mediaSeconds }).expectedFinish, null)
    }
  })

  it('says which step was chosen of how many, and how long to wait for it', () => {
    const route = 'prefer: [{label: macmini, queue_timeout: 30m}]\nfallback: [rpi4, rpi3]\nqueue_timeout: 10m'
    const placeOf = (states: SeedStates) => {
      const { step, steps, queueTimeoutSeconds } = decideBy(route, states)
      return { step, steps, queueTimeoutSeconds }
    }
    assert.deepEqual(placeOf({ mac: 'busy' }), { step: 0, steps: 3, queueTimeoutSeconds: 1_800 })
    assert.deepEqual(placeOf({ pi: 'busy' }), { step: 1, steps: 3, queueTimeoutSeconds: 600 })
    assert.deepEqual(placeOf({ pi3: 'busy' }), { step: 2, steps: 3, queueTimeoutSeconds: null })
  })

  it('tells what comes after the wait', () => {
    const decision = decideBy(`${seed}\nqueue_timeout: 10m`, { mac: 'busy' })
    assert.equal(explainDecision(decision)[1], 'Step 1 of 3: after 10m of waiting the next is tried.')
  })

  it('waits for ever where no later step fits', () => {
    const route = 'prefer: [macmini]\nfallback: [rpi4]\nqueue_timeout: 10m\nconstraints: {arch: [arm64]}'
    const decision = decideBy(
      route,
      { mac: 'busy', pi: 'idle' },
      {
        fleet: {
          runners: [
            {
              ...{ id: 1, name: 'macmini', os: 'macOS', status: 'online', busy: true },
              labels: ['macmini', 'ARM64'],
            },
            {
              ...{ id: 2, name: 'rpi4', os: 'Linux', status: 'online', busy: false },
              labels: ['rpi4', 'ARM'],
            },
          ],
          facts: new Map(),
        },
      },
    )
    assert.deepEqual([decision.label, decision.queueTimeoutSeconds], ['macmini', null])
  })

  it('reaches a machine that was chosen by time through a label of its own, since a shared one may mean its neighbour', () => {
    const extra = { mediaSeconds: 600, speeds }
    assert.equal(decideBy('prefer: [light]', { pi: 'idle', pi3: 'idle' }, extra).label, 'rpi4')
    assert.equal(decideBy('prefer: [light]', { pi: 'idle', pi3: 'idle' }).label, 'light')
    const avoid = new Map([['rpi4', 'it went away']])
    assert.equal(decideBy('prefer: [light]', { pi: 'idle', pi3: 'idle' }, { avoid }).label, 'rpi3')
  })

  it('carries the time limit and the doubt of the route', () => {
    const decision = decideBy(`${seed}\ntimeout_minutes: 90\nverify: fail`, { mac: 'idle' })
    assert.deepEqual([decision.timeoutMinutes, decision.verify, decision.hosted], [90, 'fail', false])
    assert.deepEqual([decideBy(seed, {}).timeoutMinutes, decideBy(seed, {}).verify], [null, 'warn'])
  })
})
