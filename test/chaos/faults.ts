import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault } from '../../src/hub/faults/fault.ts'
import { askFaults } from '../support/ask-faults.ts'
import type { SupervisedFleet } from '../support/supervised-fleet.ts'

const dispatches = { method: 'POST', path: '*/dispatches' } as const

export interface FaultOptions {
  readonly seed: number
  /** Dispatches may also be lost on their way. Each is looked for during two minutes before it is sent again. */
  readonly losesDispatches: boolean
}

/** What GitHub does to those who ask it: each request may meet one of these. */
function faultsOf({ seed, losesDispatches }: FaultOptions): readonly Fault[] {
  const lost: Fault = { kind: 'drop_before', ...dispatches, probability: 0.02 }
  const faults: readonly Fault[] = [
    ...(losesDispatches ? [lost] : []),
    { kind: 'drop_after', ...dispatches, probability: 0.1 },
    { kind: 'error_after', ...dispatches, probability: 0.1 },
    { kind: 'error_before', method: 'GET', probability: 0.05 },
    { kind: 'secondary_limit', method: 'GET', path: '*/actions/runs*', probability: 0.02, retry_after: 1 },
    { kind: 'stale_list', path: '*/actions/runs', probability: 0.1 },
    { kind: 'stale_list', path: '*/actions/workflows/*/runs', probability: 0.1 },
  ]
  return faults.map((fault, at) => ({ ...fault, seed: seed + at }))
}

/** A hub forgets its faults when it ends, and a list that was stale for longer than this would be no list of GitHub's. */
const renewMs = 5_000

/** Keeps the hub's faults switched on until it is stopped, then switches them off. */
export async function keepFaults(
  fleet: SupervisedFleet,
  options: FaultOptions,
  stop: AbortSignal,
): Promise<void> {
  for (let round = 0; !stop.aborted; round += 1) {
    await askFaults(fleet.hub, faultsOf({ ...options, seed: options.seed + 100 * round })).catch(() => {})
    await sleep(renewMs, undefined, { signal: stop }).catch(() => {})
  }
  await askFaults(fleet.hub, [])
}
