import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decideBy } from '../../test/support/seed-fleet.ts'
import { explainDecision } from './explain.ts'

const route = 'prefer: [macmini]\nfallback: [rpi4]\nqueue_timeout: 10m\nhosted: last'
const limited = `${route}\nhosted_minutes_per_month: 500`

describe('GitHub-hosted machines', () => {
  it('are the very last step, without the label self-hosted', () => {
    const decision = decideBy(route, { mac: 'offline' })
    assert.deepEqual([decision.outcome, decision.hosted], ['fallback', true])
    assert.deepEqual([decision.label, decision.runsOn], ['ubuntu-latest', ['ubuntu-latest']])
    assert.deepEqual([decision.step, decision.steps, decision.queueTimeoutSeconds], [2, 3, null])
    assert.equal(
      decision.summary,
      'GitHub-hosted ubuntu-latest is the fallback (started when it is asked for), since no machine of your own can (macmini: offline; rpi4: no runner bears this label now).',
    )
  })

  it('are never taken unless the policy says so', () => {
    const decision = decideBy('prefer: [macmini]\nfallback: [rpi4]', {})
    assert.deepEqual([decision.outcome, decision.label, decision.hosted], ['waiting', 'macmini', false])
  })

  it('do not outrun a machine of one’s own, however late that is done', () => {
    const load = new Map([['macmini', { jobs: 5, seconds: 100_000 }]])
    const decision = decideBy(route, { mac: 'busy' }, { load, mediaSeconds: 60 })
    assert.equal(decision.label, 'macmini')
    assert.match(explainDecision(decision).join('\n'), /ubuntu-latest: not needed: .*macmini comes first/)
  })

  it('take over from a step that was waited for, and from a machine that lost the job', () => {
    assert.equal(decideBy(route, { mac: 'busy' }, { exhausted: new Set([0, 1]) }).hosted, true)
    assert.equal(decideBy(route, { mac: 'idle' }, { avoid: new Map([['macmini', 'lost']]) }).hosted, true)
  })

  it('are no way out once the minutes of the month are used up, or too few', () => {
    const used = decideBy(limited, {}, { hostedMinutesUsed: 500 })
    assert.equal(used.outcome, 'waiting')
    assert.match(
      explainDecision(used).join('\n'),
      /ubuntu-latest: rejected: hosted budget used up \(500 of 500 minutes this month\)/,
    )
    const few = decideBy(limited, {}, { hostedMinutesUsed: 499.5, mediaSeconds: 60 })
    assert.match(explainDecision(few).join('\n'), /rejected: hosted budget used up \(500 of 500/)
    const short = decideBy(limited, {}, { hostedMinutesUsed: 490, mediaSeconds: 36_000 })
    assert.match(
      explainDecision(short).join('\n'),
      /budget too small: about 120 minutes needed, 10 of 500 left/,
    )
    assert.equal(decideBy(limited, {}, { hostedMinutesUsed: 499 }).hosted, true)
  })

  it('must fit as any machine must, and be offered by the broker', () => {
    const strict = decideBy(`${route}\nconstraints: {arch: [arm64]}`, {})
    assert.match(explainDecision(strict).join('\n'), /ubuntu-latest: rejected: is x64/)
    const hub = decideBy(route, {}, { offersHosted: false })
    assert.match(explainDecision(hub).join('\n'), /rejected: this broker has no GitHub-hosted machines/)
  })

  it('end a job after six hours, whatever the route allows', () => {
    assert.equal(decideBy(`${route}\ntimeout_minutes: 600`, {}).timeoutMinutes, 360)
    assert.equal(decideBy(`${route}\ntimeout_minutes: 30`, {}).timeoutMinutes, 30)
  })

  it('are not asked for where the runners could not be read', () => {
    assert.equal(decideBy(route, {}, { fleet: null }).label, 'macmini')
  })
})
