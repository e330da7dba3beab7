import type { Ledger } from '../ledger/ledger.ts'
import type { LedgerAttempt, LedgerEvent, LedgerJob } from '../ledger/records.ts'
import type { JobState } from '../model/job.ts'
import type { WorkflowJob } from '../model/run.ts'
import type { Decision } from '../policy/decision.ts'
import { jobsAhead } from './place.ts'

export interface JobView {
  readonly kind: 'job'
  readonly job: LedgerJob
  /** Oldest first. */
  readonly attempts: readonly LedgerAttempt[]
  readonly events: readonly LedgerEvent[]
  /** null: none was made, as for a run that was started elsewhere. */
  readonly decision: Decision | null
  /** null when it runs, or is over. */
  readonly waiting: Waiting | null
  /** The jobs it was to follow, and their states; null: not known (any more). */
  readonly after: readonly { readonly id: string; readonly state: JobState | null }[]
  /** Of the newest attempt's run; empty where the broker does not give them. */
  readonly workflowJobs: readonly WorkflowJob[]
}

interface Waiting {
  /** Why it is not running yet. */
  readonly reason: string
  /** ISO 8601. */
  readonly since: string
  /** So many jobs wait for the same and come before it; null: nobody can tell. */
  readonly ahead: number | null
}

/** Everything the ledger knows of a job, beside what its broker showed. */
export function viewJob(ledger: Ledger, job: LedgerJob, workflowJobs: readonly WorkflowJob[]): JobView {
  const attempts = ledger.listAttempts(job.id)
  return {
    kind: 'job',
    job,
    attempts,
    events: ledger.listEvents(job.id),
    decision: job.source === 'adopted' ? null : (job.decision as Decision | null),
    waiting: waitOf(ledger, job, attempts),
    after: job.after.map(id => ({ id, state: ledger.getJob(id)?.state ?? null })),
    workflowJobs,
  }
}

/** It is kept back for its hour, of which no reason is written. */
function isEarly({ state, notBefore }: LedgerJob): boolean {
  return state === 'pending' && notBefore !== null
}

const waitsFor = { pending: 'not yet confirmed by the broker', queued: 'no runner has taken it yet' }

function waitOf(ledger: Ledger, job: LedgerJob, attempts: readonly LedgerAttempt[]): Waiting | null {
  if (job.state !== 'pending' && job.state !== 'queued') return null
  const newest = attempts.at(-1)
  return {
    reason: job.reason ?? (isEarly(job) ? `not before ${job.notBefore}` : waitsFor[job.state]),
    since: newest?.finishedAt ?? newest?.createdAt ?? job.createdAt,
    ahead: jobsAhead(ledger.listActive(job.broker), job.id),
  }
}
