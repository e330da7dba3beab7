import type { Runner } from '../model/runner.ts'
import type { Machine } from './capabilities.ts'
import type { RoutingRequest } from './request.ts'
import { guessSpeed } from './speed.ts'

/** How long a machine would need. null: unknown. */
export interface Estimate {
  /** Running there or waiting for it now. */
  readonly jobs: number
  readonly aheadSeconds: number | null
  /** Until this job would be done there: the work ahead of it, and its own. */
  readonly eta: number | null
  /** `eta` rests on no measured and no written speed. */
  readonly isGuess: boolean
}

/** No workflow run lasts longer, and the length of media is a stranger's word. */
const longestSeconds = 35 * 86_400

/** Of a machine nobody knows to be there. */
export const noEstimate: Estimate = { jobs: 0, aheadSeconds: null, eta: null, isGuess: true }

/** What an estimate compares by: the end where the media's length is known, else the begin. null: unknown. */
export function comparableSeconds({ eta, aheadSeconds }: Estimate, request: RoutingRequest): number | null {
  return mediaOf(request) === null ? aheadSeconds : eta
}

/** runner null: a machine that stands ready when it is asked for. An offline one has no estimate. */
export function estimate(machine: Machine, runner: Runner | null, request: RoutingRequest): Estimate {
  const { jobs, aheadSeconds } = workAhead(runner, request)
  const written = (runner && request.speeds?.get(runner.name)) ?? machine.speed.get(request.kind) ?? null
  const speed = written ?? guessSpeed(request.kind, machine)
  const media = mediaOf(request)
  const isKnown = media !== null && aheadSeconds !== null && speed !== null
  return {
    jobs,
    aheadSeconds,
    eta: isKnown ? Math.min(aheadSeconds + speed * media, longestSeconds) : null,
    isGuess: written === null,
  }
}

function mediaOf({ mediaSeconds }: RoutingRequest): number | null {
  return mediaSeconds != null && mediaSeconds >= 0 ? mediaSeconds : null
}

function workAhead(runner: Runner | null, { load }: RoutingRequest): Pick<Estimate, 'jobs' | 'aheadSeconds'> {
  if (!runner) return { jobs: 0, aheadSeconds: 0 }
  const known = load?.get(runner.name)
  const jobs = known?.jobs ?? 0
  if (runner.status === 'offline') return { jobs, aheadSeconds: null }
  if (known && jobs > 0) return { jobs, aheadSeconds: known.seconds }
  // It may be busy with what is no job of RelayQ.
  return runner.busy ? { jobs: 1, aheadSeconds: null } : { jobs: 0, aheadSeconds: 0 }
}
