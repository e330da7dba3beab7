import { isoSeconds, type Millis } from '../../base/clock.ts'
import type { Verdict } from './decide.ts'
import type { RunnerFacts } from './facts.ts'
import type { RunnerMemory } from './memory.ts'
import { say } from './sayings.ts'
import { isNewer } from './version-order.ts'

const day = 86_400_000
/** Half of the 30 days within which GitHub wants a release installed (docs/protocol.md, "Runner versions"). */
const nearMs = 14 * day
/** So near that a running job is no reason to wait. */
const urgentMs = 2 * day
/** An update that did not come up is not tried again and again. */
const againMs = day
/** What the runner ends with where its version is refused (actions/runner#4285). */
const deprecatedExit = 7

/** Updates when a deadline nears, a newer version is offered, or GitHub has refused this one. Pure. */
export function decideVersion(facts: RunnerFacts, memory: RunnerMemory, now: Millis): Verdict {
  const reason = reasonToUpdate(facts, now)
  if (reason === null) return {}
  const { runner, isWorking } = facts
  const last = memory.updatedAt === null ? null : Date.parse(memory.updatedAt)
  if (last !== null && now - last < againMs) {
    return {
      findings: [reason.isUrgent ? say.tooOld(runner, reason.why) : null].filter(found => found !== null),
    }
  }
  if (isWorking && !reason.isUrgent) return { findings: [say.updateWaits(runner, reason.why)] }
  return {
    actions: [{ kind: 'update', runner: runner.name, why: reason.why }],
    memory: { updatedAt: isoSeconds(now) },
  }
}

interface Reason {
  readonly why: string
  readonly isUrgent: boolean
}

function reasonToUpdate({ runner, lastExit, service, broker }: RunnerFacts, now: Millis): Reason | null {
  const { version } = runner
  const isSeen = broker.kind === 'known' && broker.registration?.status === 'online'
  if (lastExit === deprecatedExit && !(service === 'running' && isSeen)) {
    return { why: `GitHub has refused version ${version} (exit code ${deprecatedExit})`, isUrgent: true }
  }
  if (broker.kind === 'unknown' || version === null) return null
  if (broker.jobsEndAt !== null && Date.parse(broker.jobsEndAt) - now < nearMs) {
    const isUrgent = Date.parse(broker.jobsEndAt) - now < urgentMs
    return { why: `version ${version} gets no jobs from ${broker.jobsEndAt.slice(0, 10)} on`, isUrgent }
  }
  if (broker.offered === null || !isNewer(broker.offered, version)) return null
  return { why: `version ${broker.offered} is offered, and ${version} installed`, isUrgent: false }
}
