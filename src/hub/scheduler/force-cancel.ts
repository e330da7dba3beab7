import { jobsOfRun } from '../store/jobs.ts'
import { findRun } from '../store/runs.ts'
import { type Cancellation, cancelRun, failure } from './cancel.ts'
import type { Change } from './change.ts'
import { endJob } from './end-job.ts'
import { insertEnded } from './insert-jobs.ts'

/**
 * Ends every job of the run now: no `if` lets one go on, and no runner is waited for. A worker that still runs one is told
 * afterwards.
 */
export function forceCancelRun(change: Change, runId: number, cancellation: Cancellation): void {
  cancelRun(change, runId, cancellation)
  const run = findRun(change.db, runId)
  if (!run || run.status === 'completed') return
  const ending = { conclusion: 'cancelled', annotations: [failure(cancellation.message)] } as const
  const jobs = jobsOfRun(change.db, runId)
  for (const job of jobs) endJob(change, job, job.cancelMs === null ? ending : { ...ending, annotations: [] })
  for (const template of run.workflow.jobs) {
    if (!jobs.some(job => job.key === template.key)) insertEnded(change, run, template, ending)
  }
  change.touched.add(runId)
}
