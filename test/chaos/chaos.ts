import { setTimeout as sleep } from 'node:timers/promises'
import type { Lifetime } from '../support/fleet.ts'
import { type SupervisedFleet, startSupervisedFleet } from '../support/supervised-fleet.ts'
import { gatherEvidence } from './evidence.ts'
import { type FaultOptions, keepFaults } from './faults.ts'
import { type KillerOptions, killAtRandom } from './killer.ts'
import { judge, type Verdict } from './verdict.ts'

export interface ChaosOptions extends KillerOptions, FaultOptions {
  readonly jobs: number
  readonly workSeconds: number
  /** For all of it. What is not over then is lost. */
  readonly limitMs: number
  /** Told now and then how far it is. */
  readonly tell?: (line: string) => void
}

export interface ChaosReport extends Verdict {
  readonly killed: ReadonlyMap<string, number>
  readonly seconds: number
  /** What hub, runners and supervisors said. */
  readonly said: readonly string[]
}

const route = `
  prefer: [macmini]
  fallback: [rpi4, overflow]
  queue_timeout: 20s
  preferred_may_take: 5s
  retry: {attempts: 8, backoff: 1s, max_backoff: 4s}
`
/** One job in so many names a recording that is not there: it must die, and say so. */
const missingEach = 20

/**
 * Two supervisors and three machines do so many jobs, while the hub errs and everything is killed again and again; then
 * it is seen what became of each job.
 */
export async function runChaos(t: Lifetime, options: ChaosOptions): Promise<ChaosReport> {
  const from = Date.now()
  const fleet = await startSupervisedFleet(t, { route, leaseSeconds: 5, workSeconds: options.workSeconds })
  const supervisors = new Map(['one', 'two'].map(name => [name, fleet.supervise(name)]))
  const stop = new AbortController()
  const faults = keepFaults(fleet, options, stop.signal)
  const killer = killAtRandom(fleet, supervisors, options, stop.signal)
  const jobs: string[] = []
  for (let at = 0; at < options.jobs; at += 1) {
    jobs.push(await fleet.submit(`job ${at}`, at % missingEach === missingEach - 1 ? 'missing' : 'market'))
  }
  await untilOver(fleet, jobs, from + options.limitMs, options.tell)
  stop.abort()
  const [killed] = await Promise.all([killer, faults.catch(() => {})])
  return {
    ...judge(gatherEvidence(fleet, jobs)),
    killed,
    seconds: (Date.now() - from) / 1_000,
    said: [...fleet.hub.said, ...fleet.said],
  }
}

async function untilOver(
  fleet: SupervisedFleet,
  jobs: readonly string[],
  deadline: number,
  tell: ChaosOptions['tell'],
): Promise<void> {
  let open = jobs
  while (open.length > 0 && Date.now() < deadline) {
    await sleep(1_000)
    const before = open.length
    open = open.filter(job => fleet.view(job).job.finishedAt === null)
    if (open.length !== before) tell?.(`${jobs.length - open.length} of ${jobs.length} jobs are over`)
  }
}
