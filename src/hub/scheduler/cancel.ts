import type { Annotation } from '../../model/run.ts'
import { insertJobAnnotation } from '../store/annotations.ts'
import { type CancelReason, jobsOfRun, markJobCancelled, type StoredJob } from '../store/jobs.ts'
import { completeRun, findRun, markRunCancelled, type StoredRun } from '../store/runs.ts'
import type { Change } from './change.ts'
import { endJob } from './end-job.ts'
import { leaveGroup } from './leave-group.ts'
import { planJobOfRun } from './planning.ts'

export interface Cancellation {
  readonly reason: CancelReason
  /** Why, for the job's annotations. */
  readonly message: string
}

/**
 * A job nobody has taken ends at once. A running one is told so through its runner's poll and ends when its worker
 * says so, or when `deadlines` has waited long enough.
 */
export function cancelJob(change: Change, job: StoredJob, cancellation: Cancellation): void {
  if (job.status === 'completed') return
  if (job.status === 'in_progress') {
    const first = markJobCancelled(change.db, job.id, cancellation.reason, change.now)
    if (first) insertJobAnnotation(change.db, job.id, failure(cancellation.message))
    return
  }
  endJob(change, job, { conclusion: 'cancelled', annotations: [failure(cancellation.message)] })
}

/** As on GitHub, jobs whose `if` holds for a cancelled run too, such as `always()`, go on. */
export function cancelRun(change: Change, runId: number, cancellation: Cancellation): void {
  markRunCancelled(change.db, runId, change.now)
  const run = findRun(change.db, runId)
  if (!run || run.status === 'completed') return
  if (run.status === 'pending') {
    // The rest of a matrix that a rerun has planned.
    for (const job of jobsOfRun(change.db, runId)) cancelJob(change, job, cancellation)
    completeRun(change.db, runId, 'cancelled', change.now)
    leaveGroup(change, 'run', runId)
    return
  }
  const jobs = jobsOfRun(change.db, runId)
  for (const job of jobs) {
    if (job.status !== 'completed' && !goesOnWhenCancelled(change, run, job, jobs)) {
      cancelJob(change, job, cancellation)
    }
  }
  change.touched.add(runId)
}

function goesOnWhenCancelled(
  change: Change,
  run: StoredRun,
  job: StoredJob,
  jobs: readonly StoredJob[],
): boolean {
  const template = run.workflow.jobs.find(candidate => candidate.key === job.key)
  return template !== undefined && planJobOfRun(change.facts, run, template, jobs).kind === 'ready'
}

export function failure(message: string): Annotation {
  return { level: 'failure', title: null, message }
}
