import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideBy } from '../../test/support/seed-fleet.ts'
import { explainDecision } from './explain.ts'

const nightly =
  'prefer: [macmini]\nfallback: [rpi4]\nhours: {from: "22:00", to: "07:00", time_zone: Europe/Berlin}'
const noon = Date.parse('2026-01-10T11:00:00Z')

describe('a job that must not start yet', () => {
  it('is held outside the hours of its route, and told when they begin', () => {
    const decision = decideBy(nightly, { mac: 'idle', pi: 'offline' }, { now: noon })
    assert.deepEqual([decision.outcome, decision.label, decision.runsOn], ['held', null, []])
    assert.equal(decision.notBefore, '2026-01-10T21:00:00.000Z')
    assert.deepEqual(explainDecision(decision), [
      'Held: outside hours until 22:00 (Europe/Berlin).',
      'It may start at 2026-01-10T21:00:00.000Z.',
      'macmini: rejected: online, idle; outside hours until 22:00 (Europe/Berlin)',
      'rpi4: rejected: offline; outside hours until 22:00 (Europe/Berlin)',
    ])
  })

  it('goes where it would within them, and where nobody says what time it is', () => {
    const night = Date.parse('2026-01-10T23:00:00Z')
    assert.equal(decideBy(nightly, { mac: 'idle' }, { now: night }).label, 'macmini')
    assert.equal(decideBy(nightly, { mac: 'idle' }).label, 'macmini')
  })

  it('is held while as many run as max_concurrent allows, without a time', () => {
    const route = 'prefer: [macmini]\nconstraints: {max_concurrent: 2}'
    const decision = decideBy(route, { mac: 'idle' }, { running: 2 })
    assert.deepEqual([decision.outcome, decision.notBefore], ['held', null])
    assert.equal(decision.summary, 'Held: at max_concurrent: 2 of 2 transcribe jobs run.')
    assert.match(explainDecision(decision)[1] ?? '', /macmini: rejected: .*at max_concurrent/)
    assert.equal(decideBy(route, { mac: 'idle' }, { running: 1 }).outcome, 'preferred')
  })

  it('is rejected rather than held where no machine may ever take it', () => {
    const route = `${nightly}\nconstraints: {max_size_mb: 1}`
    const large = { now: noon, inputs: { sizeBytes: 5_000_000 } }
    assert.equal(decideBy(route, { mac: 'idle' }, large).outcome, 'rejected')
  })

  it('is held where it is pinned, unless the pin means no runner', () => {
    const pinned = decideBy(nightly, { mac: 'idle' }, { now: noon, pin: 'macmini' })
    assert.deepEqual([pinned.outcome, pinned.label], ['held', null])
    assert.equal(decideBy(nightly, { mac: 'idle' }, { now: noon, pin: 'macmni' }).outcome, 'rejected')
  })
})
