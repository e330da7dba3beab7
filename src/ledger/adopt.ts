import type { DatabaseSync } from 'node:sqlite'
import { prepareAttempt } from './attempts.ts'
import { findByRun, getJob, insertJob } from './jobs.ts'
import type { AdoptedRun, LedgerJob } from './records.ts'
import { moveAttempt } from './transitions.ts'

/** To be called in a transaction. */
export function adoptRun(db: DatabaseSync, run: AdoptedRun): LedgerJob | null {
  const { jobId, broker, kind, workflow, runId, runUrl, createdAt, now } = run
  if (findByRun(db, broker, runId)) return null
  const unknown = { inputs: {}, pin: null, priority: 0, replace: false, source: 'adopted' } as const
  const inserted = insertJob(db, {
    ...unknown,
    ...{ id: jobId, broker, kind, idempotencyKey: `run:${runId}:${createdAt}`, now: createdAt },
  })
  if (inserted.kind === 'duplicate') return null
  const attempt = prepareAttempt(db, { jobId, number: 1, workflow, ref: '', runsOn: [], decision: null, now })
  if (!attempt) return null
  moveAttempt(db, { attemptId: attempt.id, to: 'dispatched', now, at: createdAt, runId, runUrl })
  return getJob(db, jobId)
}
