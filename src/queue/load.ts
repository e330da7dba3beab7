import type { Millis } from '../base/clock.ts'
import type { ActiveJob } from '../ledger/active.ts'
import type { LedgerAttempt } from '../ledger/records.ts'
import { isFinalAttemptState } from '../model/job.ts'
import type { Runner } from '../model/runner.ts'
import type { RunnerLoad } from '../policy/request.ts'

/**
 * What RelayQ's own jobs make each runner do, by its name: those it has, and those that wait for a label it bears. Of
 * several that bear it, the one with the fewest jobs is taken to get the next. Pure.
 */
export function loadOf(
  active: readonly ActiveJob[],
  runners: readonly Runner[],
  now: Millis,
): ReadonlyMap<string, RunnerLoad> {
  const load = new Map<string, RunnerLoad>()
  for (const { job, newest } of active) {
    const runner = newest && isAtBroker(newest) ? runnerOf(newest, runners, load) : null
    if (runner === null) continue
    const finish = job.decision?.['expectedFinish']
    const left = typeof finish === 'string' ? Math.max(0, (Date.parse(finish) - now) / 1000) : null
    load.set(runner, plus(load.get(runner), left))
  }
  return load
}

export function isAtBroker({ state }: LedgerAttempt): boolean {
  return !isFinalAttemptState(state)
}

/** When a job is expected to be done counts the work ahead of it: the last of them tells when the machine is free. */
function plus(known: RunnerLoad | undefined, left: number | null): RunnerLoad {
  if (!known) return { jobs: 1, seconds: left }
  const seconds = known.seconds === null || left === null ? null : Math.max(known.seconds, left)
  return { jobs: known.jobs + 1, seconds }
}

function runnerOf(
  { runnerName, runsOn }: LedgerAttempt,
  runners: readonly Runner[],
  load: ReadonlyMap<string, RunnerLoad>,
): string | null {
  if (runnerName !== null) return runnerName
  const bearers = runsOn.length === 0 ? [] : runners.filter(runner => bearsAll(runner, runsOn))
  const jobs = ({ name }: Runner) => load.get(name)?.jobs ?? 0
  return bearers.toSorted((a, b) => jobs(a) - jobs(b))[0]?.name ?? null
}

export function bearsAll(runner: Runner, labels: readonly string[]): boolean {
  const own = new Set(runner.labels.map(label => label.toLowerCase()))
  return labels.every(label => own.has(label.toLowerCase()))
}
