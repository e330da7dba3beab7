import type { CancelOutcome, DeleteOutcome, Engine } from '../engine.ts'
import type { BlobStore } from '../results/blobs.ts'
import { deleteLogRows, deleteRunRows } from '../store/delete-run.ts'
import { jobsOfRun, type StoredJob } from '../store/jobs.ts'
import { findRun } from '../store/runs.ts'
import { setWorkflowDisabled } from '../store/workflows.ts'
import { type Cancellation, cancelRun } from './cancel.ts'
import type { Change } from './change.ts'
import { forceCancelRun } from './force-cancel.ts'
import { concurrencyOfRun } from './planning.ts'
import { rerun } from './rerun.ts'
import type { Scheduler } from './scheduler.ts'

type RunControl = Pick<
  Engine,
  | 'cancelRun'
  | 'forceCancelRun'
  | 'rerun'
  | 'deleteRun'
  | 'deleteLogs'
  | 'concurrencyGroupsOfRun'
  | 'setWorkflowDisabled'
>

/** What people and clients do with runs that are there. `abandon`: tells a job's runner that it has ended. */
export function runControl(
  scheduler: Scheduler,
  blobs: BlobStore,
  abandon: (job: StoredJob) => void,
): RunControl {
  const stop = (
    runId: number,
    how: (change: Change, runId: number, cancellation: Cancellation) => void,
  ): CancelOutcome => {
    const run = findRun(scheduler.db, runId)
    if (!run) return 'not_found'
    if (run.status === 'completed') return 'already_finished'
    scheduler.change(change => how(change, runId, { reason: 'user', message: 'The run was canceled.' }))
    return 'accepted'
  }

  const remove = (runId: number, rows: (change: Change) => readonly string[]): DeleteOutcome => {
    const run = findRun(scheduler.db, runId)
    if (!run) return 'not_found'
    if (run.status !== 'completed') return 'not_finished'
    // The files only after the transaction: a crash in between leaves a file too many, never a row without its file.
    for (const blobId of scheduler.change(rows)) blobs.files.remove(blobId)
    return 'deleted'
  }

  return {
    cancelRun: runId => stop(runId, cancelRun),
    forceCancelRun(runId) {
      const running = jobsOfRun(scheduler.db, runId).filter(job => job.status === 'in_progress')
      const outcome = stop(runId, forceCancelRun)
      if (outcome === 'accepted') for (const job of running) abandon(job)
      return outcome
    },
    rerun: (runId, what, options) => scheduler.change(change => rerun(change, runId, what, options)),
    deleteRun: runId => remove(runId, ({ db }) => deleteRunRows(db, runId)),
    deleteLogs: runId => remove(runId, ({ db }) => deleteLogRows(db, runId)),
    concurrencyGroupsOfRun: runId => concurrencyGroupsOfRun(scheduler, runId),
    setWorkflowDisabled: (path, disabled) => setWorkflowDisabled(scheduler.db, path, disabled),
  }
}

function concurrencyGroupsOfRun(scheduler: Scheduler, runId: number): readonly string[] {
  const run = findRun(scheduler.db, runId)
  if (!run) return []
  const settings = [
    concurrencyOfRun(scheduler.facts(), run),
    ...jobsOfRun(scheduler.db, runId).map(job => job.concurrency),
  ]
  const names = settings.flatMap(setting => (setting ? [setting.group] : []))
  return [...new Map(names.map(name => [name.toLowerCase(), name])).values()].sort()
}
