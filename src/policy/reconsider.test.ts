import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type SeedStates, seedRequest, transcribePolicy } from '../../test/support/seed-fleet.ts'
import { evaluatePolicy, type RoutingRequest } from './evaluate.ts'
import { type Reconsidered, reconsider } from './reconsider.ts'

const start = Date.parse('2026-03-01T12:00:00Z')
const speeds = new Map([
  ['macmini', 0.1],
  ['rpi4', 0.5],
])
const route = 'prefer: [macmini]\nfallback: [rpi4]\nqueue_timeout: 10m'

interface Later {
  readonly minutes: number
  readonly states: SeedStates
  readonly extra?: Partial<RoutingRequest>
}

/** A job is decided on at the start, and looked at again later. */
function look(
  lines: string,
  states: SeedStates,
  later: Later,
  extra: Partial<RoutingRequest> = {},
): Reconsidered {
  const policy = transcribePolicy(lines)
  const decision = evaluatePolicy(policy, { ...seedRequest(states), now: start, ...extra })
  const now = start + later.minutes * 60_000
  const request = { ...seedRequest(later.states), ...extra, ...later.extra, now }
  return reconsider(policy, request, { decision, since: start })
}

function assertMoves(seen: Reconsidered, because: string, label: string | null, words: RegExp): void {
  assert.ok(seen.kind === 'move', seen.words)
  assert.deepEqual([seen.because, seen.decision.label], [because, label])
  assert.match(seen.words, words)
}

function assertStays(seen: Reconsidered, words: RegExp): void {
  assert.equal(seen.kind, 'stay', seen.words)
  assert.match(seen.words, words)
}

describe('reconsider', () => {
  it('stays while the queue timeout lasts, and says when it ends', () => {
    const seen = look(route, { mac: 'busy', pi: 'idle' }, { minutes: 4, states: { mac: 'busy', pi: 'idle' } })
    assertStays(seen, /^waits for macmini \(online, busy\); the next step is tried in 6m$/)
    assert.equal(seen.kind === 'stay' && seen.until, '2026-03-01T12:10:00.000Z')
  })

  it('moves on when the queue timeout is over, and remembers the step', () => {
    const seen = look(
      route,
      { mac: 'busy', pi: 'idle' },
      { minutes: 10, states: { mac: 'busy', pi: 'idle' } },
    )
    assertMoves(
      seen,
      'queue_timeout',
      'rpi4',
      /^It waited 10m for macmini, as long as queue_timeout allows\. rpi4 is/,
    )
    assert.deepEqual(seen.kind === 'move' && seen.exhausted, [0])
  })

  it('moves on to a step that is offline as well: it may come first', () => {
    const seen = look(route, { mac: 'offline' }, { minutes: 10, states: { mac: 'offline', pi: 'offline' } })
    assertMoves(seen, 'queue_timeout', 'rpi4', /Waiting for rpi4 \(offline\)/)
  })

  it('stays where the timeout is over and no later step is better', () => {
    const states = { mac: 'busy', pi: 'offline' } as const
    assertStays(
      look(route, states, { minutes: 30, states }),
      /its queue_timeout is over, and there is nothing better$/,
    )
  })

  it('stays for ever at the last step', () => {
    const states = { mac: 'offline', pi: 'busy' } as const
    assertStays(look(route, states, { minutes: 6_000, states }), /^waits for rpi4 \(online, busy\)$/)
  })

  it('leaves a machine that went offline, and one that is gone', () => {
    const before = { mac: 'busy', pi: 'idle' } as const
    const offline = look(route, before, { minutes: 1, states: { mac: 'offline', pi: 'idle' } })
    assertMoves(offline, 'offline', 'rpi4', /^macmini is offline\. rpi4 is the fallback/)
    const gone = look(route, before, { minutes: 1, states: { pi: 'idle' } })
    assertMoves(gone, 'gone', 'rpi4', /^No runner bears the label macmini any more\./)
  })

  it('waits for one that is offline while no other is online', () => {
    const seen = look(route, { mac: 'busy' }, { minutes: 1, states: { mac: 'offline', pi: 'offline' } })
    assertStays(seen, /^waits for macmini \(offline\); the next step is tried in 9m$/)
  })

  it('leaves a machine that is busier than it was when it promised', () => {
    const before = { mediaSeconds: 600, speeds, load: new Map([['macmini', { jobs: 1, seconds: 60 }]]) }
    const states = { mac: 'busy', pi: 'idle' } as const
    const load = new Map([['macmini', { jobs: 4, seconds: 7_200 }]])
    const seen = look(route, states, { minutes: 5, states, extra: { load } }, before)
    assertMoves(seen, 'busier', 'rpi4', /^macmini would be done about 2\.1 hours later than promised\./)
    const little = new Map([['macmini', { jobs: 2, seconds: 600 }]])
    assertStays(
      look(route, states, { minutes: 5, states, extra: { load: little } }, before),
      /waits for macmini/,
    )
  })

  it('goes back to a preferred machine that is idle, from one that is busy', () => {
    const before = { mac: 'offline', pi: 'busy' } as const
    const seen = look(route, before, { minutes: 5, states: { mac: 'idle', pi: 'busy' } })
    assertMoves(seen, 'preferred_is_free', 'macmini', /^macmini, which comes first in the policy, is idle\./)
    assertStays(look(route, before, { minutes: 5, states: { mac: 'busy', pi: 'busy' } }), /waits for rpi4/)
    assertStays(look(route, before, { minutes: 5, states: { mac: 'idle', pi: 'idle' } }), /online, idle/)
  })

  it('does not go back to a step that was waited for', () => {
    const exhausted = new Set([0])
    const seen = look(
      route,
      { mac: 'busy', pi: 'busy' },
      { minutes: 5, states: { mac: 'idle', pi: 'busy' } },
      { exhausted },
    )
    assertStays(seen, /waits for rpi4/)
  })

  it('takes a job back once its hours are over, to let it start later', () => {
    const hours = `${route}\nhours: {from: "11:00", to: "13:00"}`
    const states = { mac: 'busy' } as const
    const seen = look(hours, states, { minutes: 60, states })
    assertMoves(
      seen,
      'hours_over',
      null,
      /^The hours in which it may start are over\. Held: outside hours until 11:00/,
    )
    assert.equal(seen.kind === 'move' && seen.decision.notBefore, '2026-03-02T11:00:00.000Z')
  })

  it('is not held by max_concurrent, since its place is among those that run', () => {
    const limited = `${route}\nconstraints: {max_concurrent: 1}`
    const states = { mac: 'busy' } as const
    assertStays(look(limited, states, { minutes: 1, states, extra: { running: 5 } }), /waits for macmini/)
  })

  it('leaves a pin, a workflow without a route and an unknown fleet alone', () => {
    const states = { mac: 'offline', pi: 'idle' } as const
    assertStays(look(route, states, { minutes: 99, states }, { pin: 'macmini' }), /pinned/)
    assertStays(look(route, states, { minutes: 99, states, extra: { fleet: null } }), /could not be read/)
    const decision = evaluatePolicy(
      { path: 'p', routes: new Map(), capabilities: new Map() },
      seedRequest(states),
    )
    const seen = reconsider(
      transcribePolicy(route),
      { ...seedRequest(states), now: start },
      { decision, since: start },
    )
    assertStays(seen, /labels of its workflow/)
  })

  it('waits for a GitHub-hosted machine, which is the last step', () => {
    const hosted = `${route}\nhosted: last`
    const seen = look(hosted, {}, { minutes: 60, states: { mac: 'offline' } })
    assertStays(seen, /^waits for a GitHub-hosted machine \(ubuntu-latest\)$/)
  })
})
