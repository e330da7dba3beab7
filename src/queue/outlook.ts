import { type Millis, startOfMonth } from '../base/clock.ts'
import type { ActiveJob } from '../ledger/active.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import type { Fleet } from '../model/runner.ts'
import type { QueueContext } from './context.ts'
import { isAtBroker, type Loads, loadsOf } from './load.ts'

/** What bears on every decision of one moment: read once, however many jobs are decided on. */
export interface Outlook {
  readonly now: Millis
  /** null: the broker would not say which runners there are. */
  readonly fleet: Fleet | null
  readonly loads: Loads
  /** Jobs of a kind that run or were sent, other than this one. */
  running(kind: string, exceptJobId: string | null): number
  /** By runner name: seconds of work per second of media. */
  speeds(kind: string): ReadonlyMap<string, number>
  /** Oldest first, since the job was last retried by a person. */
  attempts(job: LedgerJob): readonly LedgerAttempt[]
  /** Of GitHub-hosted machines, this month. */
  readonly hostedMinutes: number
}

/** `active`: what is not over, as the ledger lists it. */
export function outlookOf(
  { broker, ledger, clock }: QueueContext,
  fleet: Fleet | null,
  active: readonly ActiveJob[],
): Outlook {
  const now = clock()
  const newest = new Map(active.map(one => [one.job.id, one.newest]))
  const sent = Map.groupBy(
    active.filter(one => one.newest && isAtBroker(one.newest)),
    ({ job }) => job.kind,
  )
  const sentIds = new Map([...sent].map(([kind, jobs]) => [kind, new Set(jobs.map(({ job }) => job.id))]))
  const speeds = new Map<string, ReadonlyMap<string, number>>()
  return {
    now,
    fleet,
    loads: loadsOf(active, fleet?.runners ?? [], now),
    running: (kind, except) => {
      const ids = sentIds.get(kind)
      return ids ? ids.size - (except !== null && ids.has(except) ? 1 : 0) : 0
    },
    speeds: kind => {
      const known = speeds.get(kind) ?? ledger.listSpeeds(broker.id, kind)
      speeds.set(kind, known)
      return known
    },
    attempts: job => {
      const last = newest.get(job.id)
      if (last === null) return []
      const all = last?.number === 1 ? [last] : ledger.listAttempts(job.id)
      return all.filter(({ number }) => number > job.budgetFrom)
    },
    hostedMinutes: ledger.hostedMinutes(broker.id, startOfMonth(now)),
  }
}
