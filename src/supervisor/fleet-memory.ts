import type { Millis } from '../base/clock.ts'
import type { Runner } from '../model/runner.ts'

type RunnerState = 'idle' | 'busy' | 'offline' | 'gone'

export interface RunnerSeen {
  readonly state: RunnerState
  /** When it was first seen so, without a break. */
  readonly since: Millis
}

/** Since when each runner is as it is: the broker tells only how it is now. What was before this process began is not known. */
export class FleetMemory {
  readonly #seen = new Map<string, RunnerSeen>()

  note(runners: readonly Runner[], now: Millis): ReadonlyMap<string, RunnerSeen> {
    const states = new Map<string, RunnerState>([...this.#seen.keys()].map(name => [name, 'gone']))
    for (const runner of runners) states.set(runner.name, stateOf(runner))
    for (const [name, state] of states) {
      if (this.#seen.get(name)?.state !== state) this.#seen.set(name, { state, since: now })
    }
    return this.#seen
  }
}

function stateOf({ status, busy }: Runner): RunnerState {
  if (status === 'offline') return 'offline'
  return busy ? 'busy' : 'idle'
}
