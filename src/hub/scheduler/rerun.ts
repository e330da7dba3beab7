import type { Millis } from '../../base/clock.ts'
import type { RerunOutcome, RerunScope } from '../engine.ts'
import { beginAttempt } from '../store/attempts.ts'
import { findJob, jobsOfRun, keepJob, type StoredJob } from '../store/jobs.ts'
import { findRun, type StoredRun } from '../store/runs.ts'
import type { Change } from './change.ts'
import { insertInstances } from './insert-jobs.ts'
import { jobsToKeep } from './jobs-to-keep.ts'
import { mustFindRun, queueInGroup } from './start-run.ts'

/** GitHub's limits: reruns of a run (docs/protocol.md, "Limits"), and the age until which one may be run again. */
const maxReruns = 50
const maxAge: Millis = 30 * 24 * 3600 * 1000

/**
 * Starts the run's next attempt under the same id: jobs that are not run again are kept as they ended, so that their
 * outputs serve those that are. `settle` plans the rest.
 */
export function rerun(
  change: Change,
  runId: number,
  what: RerunScope,
  options: { readonly debugLogging: boolean },
): RerunOutcome {
  const { db, now } = change
  const before = findRun(db, runId)
  if (!before) return 'not_found'
  const jobs = jobsOfRun(db, runId)
  const refusal = reasonAgainst(change, before, jobs, what)
  if (refusal) return refusal
  const kept = jobsToKeep(before.workflow, jobs, what)
  if (!beginAttempt(db, before, options, now)) return 'still_running'
  const run = mustFindRun(change, runId)
  for (const job of kept) keepJob(db, job.id, run.runAttempt)
  if (queueInGroup(change, run) !== 'refused') insertRestOfMatrices(change, run, jobs)
  change.touched.add(runId)
  return 'accepted'
}

function reasonAgainst(
  { db, now }: Change,
  run: StoredRun,
  jobs: readonly StoredJob[],
  what: RerunScope,
): RerunOutcome | null {
  if (what.kind === 'job' && !jobs.some(job => job.id === what.jobId)) {
    return findJob(db, what.jobId)?.runId === run.id ? 'earlier_attempt' : 'not_found'
  }
  if (run.status !== 'completed') return 'still_running'
  if (run.runAttempt > maxReruns) return 'too_often'
  if (now - Date.parse(run.createdAt) > maxAge) return 'too_old'
  const everyJobIsKept = jobs.length > 0 && jobsToKeep(run.workflow, jobs, what).length === jobs.length
  return everyJobIsKept ? 'nothing_failed' : null
}

/** Where some instances of a matrix are kept, `settle` takes its key for planned: the others are planned here. */
function insertRestOfMatrices(change: Change, run: StoredRun, before: readonly StoredJob[]): void {
  const kept = jobsOfRun(change.db, run.id)
  for (const template of run.workflow.jobs) {
    const count = kept.filter(job => job.key === template.key).length
    const isPartial = count > 0 && count < before.filter(job => job.key === template.key).length
    if (isPartial) insertInstances(change, run, kept, template)
  }
}
