import type { Millis } from '../../base/clock.ts'
import type { Conclusion } from '../../model/run.ts'
import type { Database } from './database.ts'
import type { RunRecord } from './records.ts'
import { textOrNull, time } from './row.ts'
import { runRecord } from './runs.ts'
import { recordTransition } from './transitions.ts'

/**
 * Makes the next attempt of a run that has ended, and keeps how the last one ended. False when the run goes on, or has
 * been started again by someone else: of two that ask at once, one gets true.
 */
export function beginAttempt(
  db: Database,
  run: Pick<RunRecord, 'id' | 'runAttempt'>,
  options: { readonly debugLogging: boolean },
  now: Millis,
): boolean {
  const values = { runId: run.id, attempt: run.runAttempt }
  const archived = db.run(
    `INSERT INTO run_attempt (run_id, attempt, conclusion, started_ms, updated_ms)
     SELECT id, run_attempt, conclusion, started_ms, updated_ms FROM run
     WHERE id = :runId AND run_attempt = :attempt AND status = 'completed'`,
    values,
  )
  if (archived.changes === 0) return false
  db.run(
    `UPDATE run SET run_attempt = run_attempt + 1, status = 'queued', conclusion = NULL, cancel_ms = NULL,
       debug_logging = :debug, started_ms = :now, updated_ms = :now
     WHERE id = :runId`,
    { runId: run.id, debug: options.debugLogging ? 1 : 0, now },
  )
  recordTransition(
    db,
    { runId: run.id, jobId: null, state: 'queued', reason: `attempt ${run.runAttempt + 1}` },
    now,
  )
  return true
}

/** The run as it was in one of its attempts; null when it has had no such attempt. */
export function runOfAttempt(db: Database, runId: number, attempt: number): RunRecord | null {
  const row = db.get('SELECT * FROM run WHERE id = :runId', { runId })
  const run = row && runRecord(row)
  if (!run || run.runAttempt === attempt) return run
  const past = db.get('SELECT * FROM run_attempt WHERE run_id = :runId AND attempt = :attempt', {
    runId,
    attempt,
  })
  return (
    past && {
      ...run,
      runAttempt: attempt,
      status: 'completed',
      conclusion: textOrNull(past, 'conclusion') as Conclusion | null,
      startedAt: time(past, 'started_ms'),
      updatedAt: time(past, 'updated_ms'),
    }
  )
}
