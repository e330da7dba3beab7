import { isoSeconds, type Millis } from '../../base/clock.ts'
import type { Verdict } from './decide.ts'
import type { RunnerFacts } from './facts.ts'
import type { RunnerMemory } from './memory.ts'
import { say } from './sayings.ts'

/** It failed a moment ago: nothing is different yet. */
const againMs = 6 * 3_600_000

/**
 * GitHub forgets a runner that was away for 14 days (docs/protocol.md, "Assignment"), and one-job runners after their
 * job. Pure.
 */
export function decideRegistration(
  { runner, broker }: RunnerFacts,
  memory: RunnerMemory,
  now: Millis,
): Verdict {
  if (broker.kind === 'unknown' || broker.registration !== null || runner.ephemeral) return {}
  const last = memory.registeredAt === null ? null : Date.parse(memory.registeredAt)
  if (last !== null && now - last < againMs) return { findings: [say.forgotten(runner)] }
  return {
    actions: [{ kind: 'register', runner: runner.name, why: 'GitHub does not know it any more' }],
    memory: { registeredAt: isoSeconds(now), offlineSince: null },
  }
}
