import type { Millis } from '../../../base/clock.ts'
import { roughDuration } from '../../../base/duration.ts'
import { describeMark } from '../../../base/process-mark.ts'
import { type FailureClass, failureClasses } from '../../../model/failure.ts'
import type { Job } from '../../../model/job.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'

/** A job of the ledger, as far as it tells whether the queue does its work. */
export interface QueuedJob extends Pick<Job, 'id' | 'kind' | 'reason' | 'createdAt' | 'finishedAt'> {
  /** Where it was tried last; null: nowhere. */
  readonly runnerName: string | null
  /** ISO 8601: not to be begun earlier; null: at once. */
  readonly notBefore: string | null
  /** Why it failed; null while it has not. */
  readonly failure: FailureClass | null
}

export interface QueueFacts {
  /** In the ledger and not at the broker. */
  readonly held: readonly QueuedJob[]
  /** At the broker: so many. */
  readonly sent: number
  /** Ended without what they were for. */
  readonly dead: readonly QueuedJob[]
  /** Who holds the lease; null: nobody. */
  readonly supervisor: string | null
}

/** A job that is held for longer than this is worth a word, in ms. */
const patienceMs = 3_600_000
/** Dead jobs of the last week: the others are history. */
const recentMs = 7 * 86_400_000

/** Failures whose cause is a machine or the way to it, and not the job. */
const machineFailures: ReadonlySet<FailureClass> = new Set([
  'lost_runner',
  'disk_full',
  'out_of_memory',
  'model_missing',
])

/** Those of them that another try does not mend. */
const lacks: ReadonlySet<FailureClass> = new Set(['disk_full', 'out_of_memory', 'model_missing'])

/** Whether somebody sends, moves and retries. Pure. */
export function judgeSupervisor({ supervisor, held }: QueueFacts): Finding {
  const name = 'supervisor'
  if (supervisor !== null) return ok(name, `at work: ${describeMark(supervisor)}`)
  const mend = manualMend('relayq supervise')
  if (held.length === 0) {
    return warning(name, 'none is at work', {
      why: 'jobs are sent when they are submitted, but nobody moves or retries them',
      mend,
    })
  }
  return problem(name, `none is at work, and ${plural(held.length, 'job')} of the ledger wait for one`, {
    why: 'held jobs are sent by a supervisor alone',
    mend,
  })
}

/** Jobs that are kept back for long while nothing else is under way. Pure. */
export function judgeHeld({ held, sent }: QueueFacts, now: Millis): readonly Finding[] {
  const name = 'held jobs'
  const due = held.filter(({ notBefore }) => notBefore === null || Date.parse(notBefore) <= now)
  const long = due.filter(({ createdAt }) => now - Date.parse(createdAt) > patienceMs)
  if (long.length === 0 || sent > 0)
    return [ok(name, held.length === 0 ? 'none' : `${held.length}, none for long`)]
  return [...Map.groupBy(long, ({ reason }) => reason ?? 'no reason is known').entries()].map(
    ([reason, jobs]) => {
      const oldest = Math.min(...jobs.map(({ createdAt }) => Date.parse(createdAt)))
      const age = roughDuration((now - oldest) / 1_000)
      return warning(name, `${plural(jobs.length, 'job')} held for ${age}: ${reason}`, {
        why: 'nothing is under way that they could wait for',
        mend: manualMend(`relayq view ${jobs[0]?.id}`),
      })
    },
  )
}

/** Jobs that ended without what they were for, by why and where; those of a machine's making first. Pure. */
export function judgeDead({ dead }: QueueFacts, now: Millis): readonly Finding[] {
  const name = 'dead jobs'
  const recent = dead.filter(
    ({ finishedAt }) => finishedAt !== null && now - Date.parse(finishedAt) < recentMs,
  )
  if (recent.length === 0) return [ok(name, 'none in a week')]
  const groups = Map.groupBy(recent, job => `${job.failure}\n${isMachines(job) ? job.runnerName : ''}`)
  return [...groups.values()]
    .toSorted(([a], [b]) => Number(b && isMachines(b)) - Number(a && isMachines(a)))
    .flatMap(jobs => judgeGroup(name, jobs))
}

function judgeGroup(name: string, jobs: readonly QueuedJob[]): readonly Finding[] {
  const [newest] = jobs
  if (!newest) return []
  const { id, failure, runnerName, reason } = newest
  const first = failure !== null && lacks.has(failure) ? `; what mends that first: relayq view ${id}` : ''
  const place = isMachines(newest) && runnerName !== null ? ` on ${runnerName}` : ''
  const what = `${plural(jobs.length, 'job')} failed${place}: ${reason ?? 'nothing tells why'}`
  const judge = isMachines(newest) ? problem : warning
  return [
    judge(name, what, {
      why: `${failure ?? 'unknown'}: ${failureClasses[failure ?? 'unknown']}${first}`,
      mend: manualMend(mendOf(newest, jobs.length)),
    }),
  ]
}

const wantsLook: ReadonlySet<string> = new Set<FailureClass>(['bad_input', 'not_allowed', 'own_failure'])

/** Once the machine is mended they can go again; what failed by its own fault wants a look. */
function mendOf({ id, failure }: QueuedJob, count: number): string {
  if (failure === null || wantsLook.has(failure)) return `relayq view ${id}`
  return count === 1 ? `relayq retry ${id}` : `relayq retry --dead --failure ${failure}`
}

function isMachines({ failure }: QueuedJob): boolean {
  return failure !== null && machineFailures.has(failure)
}

function plural(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`
}
