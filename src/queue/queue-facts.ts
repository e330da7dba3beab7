import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { deadStates } from '../model/job.ts'
import type { QueuedJob, QueueFacts } from '../provision/doctor/queue/jobs.ts'
import type { QueueContext } from './context.ts'
import { isAtBroker } from './load.ts'
import { supervisorOf } from './supervisor-lease.ts'

/** More dead jobs tell nothing new. */
const mostDead = 1_000

/** What the ledger tells of the queue's condition; the broker is not asked. */
export function queueFacts({
  broker,
  ledger,
  clock,
}: Pick<QueueContext, 'broker' | 'ledger' | 'clock'>): QueueFacts {
  const active = ledger.listActive(broker.id)
  const [sent, held] = [active.filter(isSent), active.filter(one => !isSent(one))]
  return {
    held: held.map(({ job }) => described(job)),
    sent: sent.length,
    dead: ledger.listJobs({ broker: broker.id, states: deadStates, limit: mostDead }).map(described),
    supervisor: supervisorOf({ broker, ledger, clock }),
  }
}

function isSent({ newest }: { readonly newest: LedgerAttempt | null }): boolean {
  return newest !== null && isAtBroker(newest)
}

function described(job: LedgerJob): QueuedJob {
  const { id, kind, reason, createdAt, finishedAt, runnerName, notBefore, failure } = job
  return { id, kind, reason, createdAt, finishedAt, runnerName, notBefore, failure }
}
