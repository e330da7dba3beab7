import type { Millis } from '../base/clock.ts'
import type { ActiveJob } from '../ledger/active.ts'
import type { LedgerAttempt } from '../ledger/records.ts'
import { isFinalAttemptState } from '../model/job.ts'
import type { Runner } from '../model/runner.ts'
import type { RunnerLoad } from '../policy/request.ts'

/** What RelayQ's own jobs make each runner do, by its name. */
export interface Loads {
  readonly all: ReadonlyMap<string, RunnerLoad>
  /** As this job finds them: what was sent after it, to the machine that it is at, comes after it. */
  ahead(jobId: string): ReadonlyMap<string, RunnerLoad>
}

interface Work {
  readonly jobId: string
  /** ISO 8601; '' while it is at work. */
  readonly sentAt: string
  /** Seconds until it is expected to be done; null: unknown. */
  readonly left: number | null
}

/**
 * A runner's jobs are those it has, and those that wait for a label it bears. Of several that bear it, the one with the
 * fewest jobs is taken to get the next. Pure.
 */
export function loadsOf(active: readonly ActiveJob[], runners: readonly Runner[], now: Millis): Loads {
  const works = new Map<string, Work[]>()
  const homes = new Map<string, string>()
  const bearersOf = rememberBearers(runners)
  for (const { job, newest } of active) {
    const runner = newest && isAtBroker(newest) ? runnerOf(newest, bearersOf, works) : null
    if (runner === null) continue
    const finish = job.decision?.['expectedFinish']
    const left = typeof finish === 'string' ? Math.max(0, (Date.parse(finish) - now) / 1000) : null
    const own = works.get(runner) ?? []
    own.push({ jobId: job.id, sentAt: newest ? sentAtOf(newest) : '', left })
    works.set(runner, own)
    homes.set(job.id, runner)
  }
  const all = new Map([...works].map(([runner, own]) => [runner, sumOf(own)]))
  return {
    all,
    ahead: jobId => {
      const home = homes.get(jobId)
      const there = (home !== undefined && works.get(home)) || []
      const own = there.find(work => work.jobId === jobId)
      if (home === undefined || !own) return all
      const before = there.filter(work => work !== own && work.sentAt <= own.sentAt)
      return new Map(all).set(home, sumOf(before))
    },
  }
}

function sentAtOf({ state, sentAt, createdAt }: LedgerAttempt): string {
  return state === 'running' ? '' : (sentAt ?? createdAt)
}

export function isAtBroker({ state }: LedgerAttempt): boolean {
  return !isFinalAttemptState(state)
}

/** When a job is expected to be done counts the work ahead of it: the last of them tells when the machine is free. */
function sumOf(works: readonly Work[]): RunnerLoad {
  let seconds: number | null = 0
  for (const { left } of works) seconds = seconds === null || left === null ? null : Math.max(seconds, left)
  return { jobs: works.length, seconds }
}

function runnerOf(
  { runnerName, runsOn }: LedgerAttempt,
  bearersOf: (labels: readonly string[]) => readonly Runner[],
  works: ReadonlyMap<string, readonly Work[]>,
): string | null {
  if (runnerName !== null) return runnerName
  const jobs = ({ name }: Runner) => works.get(name)?.length ?? 0
  return bearersOf(runsOn).toSorted((a, b) => jobs(a) - jobs(b))[0]?.name ?? null
}

/** Many jobs wait for the few labels there are. */
function rememberBearers(runners: readonly Runner[]): (labels: readonly string[]) => readonly Runner[] {
  const known = new Map<string, readonly Runner[]>()
  return labels => {
    if (labels.length === 0) return []
    const key = labels.join('\n')
    const bearers = known.get(key) ?? runners.filter(runner => bearsAll(runner, labels))
    known.set(key, bearers)
    return bearers
  }
}

export function bearsAll(runner: Runner, labels: readonly string[]): boolean {
  const own = new Set(runner.labels.map(label => label.toLowerCase()))
  return labels.every(label => own.has(label.toLowerCase()))
}
