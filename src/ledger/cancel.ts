import type { DatabaseSync } from 'node:sqlite'
import { isFinalAttemptState } from '../model/job.ts'
import { newestAttempt } from './attempts.ts'
import { moveAttempt, moveJob } from './transitions.ts'

export interface CancelWithoutRun {
  readonly jobId: string
  /** A run of the job that is not there any more; null: it was not known to have one. */
  readonly goneRunId: number | null
  readonly reason: string
  readonly now: string
}

/** To be called in a transaction. Returns the run that must be ended first: another process has learned of it meanwhile. */
export function cancelWithoutRun(db: DatabaseSync, cancelling: CancelWithoutRun): number | null {
  const { jobId, goneRunId, reason, now } = cancelling
  const newest = newestAttempt(db, jobId)
  if (newest && !isFinalAttemptState(newest.state)) {
    if (newest.runId !== null && newest.runId !== goneRunId) return newest.runId
    moveAttempt(db, { attemptId: newest.id, to: 'cancelled', now, reason })
  } else {
    moveJob(db, { jobId, to: 'cancelled', now, reason })
  }
  return null
}
