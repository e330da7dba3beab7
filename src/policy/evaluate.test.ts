import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type SeedStates, seedFleet } from '../../test/support/seed-fleet.ts'
import type { Runner, RunnerFacts } from '../model/runner.ts'
import { evaluatePolicy } from './evaluate.ts'
import { explainDecision } from './explain.ts'
import { parsePolicy } from './parse.ts'

const policy = parsePolicy(
  `routes:
  transcribe:
    prefer: [macmini]
    fallback: [rpi4, light]
    constraints: {needs_ffmpeg: true, max_size_mb: 100}
`,
  'policy.yaml',
)

function decide(
  states: SeedStates,
  options: { size?: number | null; facts?: Record<string, RunnerFacts>; pin?: string } = {},
) {
  return evaluatePolicy(policy, {
    kind: 'transcribe',
    inputs: { sizeBytes: options.size === undefined ? 1_000 : options.size },
    fleet: seedFleet(states, options.facts),
    pin: options.pin ?? null,
  })
}

const noFfmpeg = { ffmpeg: false, reportedAt: '2026-01-01T00:00:00Z' }

describe('evaluatePolicy', () => {
  const table: readonly [SeedStates, string, string][] = [
    [{ mac: 'idle', pi: 'idle' }, 'preferred', 'macmini'],
    [{ mac: 'busy', pi: 'idle' }, 'preferred', 'macmini'],
    [{ mac: 'offline', pi: 'idle' }, 'fallback', 'rpi4'],
    [{ pi: 'idle' }, 'fallback', 'rpi4'],
    [{ mac: 'offline', pi: 'busy', pi3: 'idle' }, 'fallback', 'light'],
    [{ mac: 'offline', pi: 'busy', pi3: 'busy' }, 'fallback', 'rpi4'],
    [{ mac: 'offline', pi: 'offline' }, 'waiting', 'macmini'],
    [{}, 'waiting', 'macmini'],
  ]
  for (const [states, outcome, label] of table) {
    it(`with ${JSON.stringify(states)} decides ${outcome} on ${label}`, () => {
      const decision = decide(states)
      assert.deepEqual([decision.outcome, decision.label], [outcome, label])
      assert.deepEqual(decision.runsOn, ['self-hosted', label])
    })
  }

  it('takes ffmpeg as given by a label, by a report, or unknown and then says so', () => {
    assert.match(
      explainDecision(decide({ pi: 'idle' })).join('\n'),
      /rpi4: chosen: .*whether it has ffmpeg is unknown/,
    )
    const reported = { rpi4: { ffmpeg: true, reportedAt: '2026-01-01T00:00:00Z' } }
    assert.match(
      explainDecision(decide({ pi: 'idle' }, { facts: reported })).join('\n'),
      /reported ffmpeg on 2026/,
    )
    assert.doesNotMatch(explainDecision(decide({ mac: 'idle' }))[1] ?? '', /ffmpeg/)
  })

  it('passes over a machine that reported no ffmpeg, and addresses its neighbour by a label of its own', () => {
    const decision = decide({ mac: 'offline', pi: 'idle', pi3: 'idle' }, { facts: { rpi4: noFfmpeg } })
    assert.deepEqual([decision.outcome, decision.label], ['fallback', 'rpi3'])
    assert.match(
      explainDecision(decision).join('\n'),
      /rpi4: rejected: needs ffmpeg; it reported none on 2026-01-01/,
    )
  })

  it('rejects an input that is too large for every machine', () => {
    const decision = decide({ mac: 'idle' }, { size: 200_000_000 })
    assert.deepEqual([decision.outcome, decision.label, decision.runsOn], ['rejected', null, []])
    assert.match(decision.summary, /the input has 200\.0 MB, more than max_size_mb \(100\)/)
  })

  it('accepts an unknown size and says that the limit holds while downloading', () => {
    const decision = decide({ mac: 'idle' }, { size: null })
    assert.equal(decision.outcome, 'preferred')
    assert.match(
      explainDecision(decision).join('\n'),
      /size unknown; the limit of 100 MB holds while downloading/,
    )
  })

  it('prefers in silence of the broker, and says that it decided blindly', () => {
    const decision = evaluatePolicy(policy, { kind: 'transcribe', inputs: { sizeBytes: 1 }, fleet: null })
    assert.deepEqual([decision.outcome, decision.label], ['preferred', 'macmini'])
    assert.match(decision.summary, /the runners could not be read/)
  })

  it('leaves a kind without a route to its workflow', () => {
    const decision = evaluatePolicy(policy, {
      kind: 'cook',
      inputs: { sizeBytes: 1 },
      fleet: seedFleet({}),
    })
    assert.deepEqual([decision.outcome, decision.label, decision.runsOn], ['no_route', null, []])
    assert.match(decision.summary, /no route for cook/)
  })

  it('obeys a pin to a runner or label, even one that is offline or breaks a constraint, and says so', () => {
    const decision = decide({ mac: 'idle', pi: 'offline' }, { pin: 'RPI4', facts: { rpi4: noFfmpeg } })
    assert.deepEqual([decision.outcome, decision.label], ['pinned', 'rpi4'])
    assert.match(decision.summary, /rpi4 \(offline\), though needs ffmpeg/)
    assert.equal(decide({ mac: 'idle', pi: 'idle' }, { pin: 'audio' }).label, 'audio')
  })

  it('rejects a pin that means no runner and names those there are', () => {
    const decision = decide({ mac: 'idle' }, { pin: 'macmni' })
    assert.equal(decision.outcome, 'rejected')
    assert.match(decision.summary, /No runner is named or labelled macmni; there are: macmini/)
  })

  it('reaches a runner known only by its name through a label of its own, or not at all', () => {
    const named = parsePolicy('routes:\n  transcribe:\n    prefer: [studio]\n', 'p')
    const runner = (labels: string[]): Runner => ({
      id: 1,
      name: 'studio',
      os: 'macOS',
      status: 'online',
      busy: false,
      labels,
    })
    const decideFor = (labels: string[], others: Runner[] = [], pin: string | null = null) =>
      evaluatePolicy(named, {
        ...{ kind: 'transcribe', pin },
        inputs: { sizeBytes: 1 },
        fleet: { runners: [runner(labels), ...others], facts: new Map() },
      })
    assert.equal(decideFor(['self-hosted', 'm2']).label, 'm2')
    const twin = { ...runner(['self-hosted', 'm2']), id: 2, name: 'other' }
    assert.equal(decideFor(['self-hosted', 'm2'], [twin]).outcome, 'rejected')
    assert.equal(decideFor(['self-hosted', 'm2'], [], 'studio').label, 'm2')
    const pinned = decideFor(['self-hosted', 'm2'], [twin], 'studio')
    assert.deepEqual([pinned.outcome, pinned.label], ['rejected', null], 'nobody would ever take it')
    assert.match(pinned.summary, /studio has no label of its own to reach it by\. Give it one/)
    const bearer = { ...twin, labels: ['self-hosted', 'm2', 'studio'] }
    assert.equal(decideFor(['self-hosted', 'm2'], [bearer], 'studio').candidates[0]?.verdict, 'rejected')
    assert.equal(decideFor(['self-hosted', 'm2'], [bearer], 'studio').label, 'studio')
  })

  it('compares labels without regard to case', () => {
    const shouting = parsePolicy('routes:\n  transcribe:\n    prefer: [MacMini]\n', 'p')
    const request = { kind: 'transcribe', inputs: { sizeBytes: 1 }, fleet: seedFleet({ mac: 'idle' }) }
    assert.equal(evaluatePolicy(shouting, request).outcome, 'preferred')
  })

  it('explains every candidate, also those that were not needed', () => {
    assert.deepEqual(explainDecision(decide({ mac: 'idle', pi: 'idle', pi3: 'offline' })), [
      'macmini is preferred (online, idle).',
      'macmini: chosen: online, idle',
      'rpi4: not needed: online, idle; macmini comes first in the policy; whether it has ffmpeg is unknown: no label ffmpeg, nothing reported',
      'rpi3 (light): rejected: offline; whether it has ffmpeg is unknown: no label ffmpeg, nothing reported',
    ])
  })

  it('is JSON through and through', () => {
    const decision = decide({ mac: 'offline', pi: 'busy' })
    assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision)
  })
})
