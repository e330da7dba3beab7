import { isoSeconds, type Millis } from '../../base/clock.ts'
import type { Verdict } from './decide.ts'
import type { RunnerFacts } from './facts.ts'
import type { RunnerMemory } from './memory.ts'
import { say } from './sayings.ts'

const minute = 60_000
const day = 1440 * minute
/** A listener is away for a moment whenever it reconnects. */
const stuckMs = 30 * minute
/** More would not help: then a person has to look. */
const mostRestarts = 3

/** A service that does not run is started; one that runs and is not seen is restarted, a few times a day at most. Pure. */
export function decideListener(
  { runner, service, broker }: RunnerFacts,
  memory: RunnerMemory,
  now: Millis,
): Verdict {
  const { name } = runner
  if (service === 'absent') return { findings: [say.absentService(runner)] }
  if (service !== 'running') {
    const why = service === 'failed' ? 'its service has given up' : 'its service does not run'
    return { actions: [{ kind: 'start', runner: name, why }], memory: { offlineSince: null } }
  }
  if (broker.kind === 'unknown') return {}
  if (broker.registration?.status !== 'offline') return { memory: { offlineSince: null } }
  const since = memory.offlineSince ?? isoSeconds(now)
  if (now - Date.parse(since) < stuckMs) return { memory: { offlineSince: since } }
  const restarts = memory.restarts.filter(at => now - Date.parse(at) < day)
  if (restarts.length >= mostRestarts) {
    return {
      findings: [say.staysOffline(runner, restarts.length)],
      memory: { offlineSince: since, restarts },
    }
  }
  const why = `it runs, and GitHub has not seen it for ${Math.round((now - Date.parse(since)) / minute)} minutes`
  return {
    actions: [{ kind: 'restart', runner: name, why }],
    memory: { offlineSince: null, restarts: [...restarts, isoSeconds(now)] },
  }
}
