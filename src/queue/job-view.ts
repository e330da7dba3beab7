import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerAttempt, LedgerEvent, LedgerJob } from '../ledger/records.ts'
import type { WorkflowJob } from '../model/run.ts'
import type { Decision } from '../policy/decision.ts'

export interface JobView {
  readonly kind: 'job'
  readonly job: LedgerJob
  /** Oldest first. */
  readonly attempts: readonly LedgerAttempt[]
  readonly events: readonly LedgerEvent[]
  readonly decision: Decision | null
  /** Why it is not running yet and since when (ISO 8601); null when it is, or is over. */
  readonly waiting: { readonly reason: string; readonly since: string } | null
  /** Of the newest attempt's run; empty where the broker does not give them. */
  readonly workflowJobs: readonly WorkflowJob[]
}

/** Everything the ledger knows of a job, beside what its broker showed. */
export function viewJob(ledger: Ledger, job: LedgerJob, workflowJobs: readonly WorkflowJob[]): JobView {
  const attempts = ledger.listAttempts(job.id)
  const since = attempts.at(-1)?.createdAt ?? job.createdAt
  const waitsFor = { pending: 'not yet confirmed by the broker', queued: 'no runner has taken it yet' }
  const isWaiting = job.state === 'pending' || job.state === 'queued'
  return {
    kind: 'job',
    job,
    attempts,
    events: ledger.listEvents(job.id),
    decision: job.decision as Decision | null,
    waiting: isWaiting ? { reason: job.reason ?? waitsFor[job.state], since } : null,
    workflowJobs,
  }
}
