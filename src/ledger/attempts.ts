import type { DatabaseSync } from 'node:sqlite'
import type { GivingUp, LedgerAttempt, NewAttempt } from './records.ts'
import { attemptOfRow } from './rows.ts'
import { appendEvent } from './transitions.ts'

/** To be called in a transaction. The job is pending from here on, also when an attempt before this one was not. */
export function prepareAttempt(db: DatabaseSync, attempt: NewAttempt): LedgerAttempt | null {
  const { jobId, number, now } = attempt
  const id = `${jobId}.${number}`
  const inserted = db
    .prepare(
      `INSERT INTO attempts (id, job_id, number, state, workflow, ref, runs_on, step, created_at, sent_at)
       SELECT ?, id, ?, 'prepared', ?, ?, ?, ?, ?, ? FROM jobs WHERE id = ? AND finished_at IS NULL
       ON CONFLICT (job_id, number) DO NOTHING RETURNING *`,
    )
    .get(
      id,
      number,
      attempt.workflow,
      attempt.ref,
      attempt.runsOn.join('\n'),
      attempt.step ?? null,
      now,
      now,
      jobId,
    )
  if (!inserted) return null
  db.prepare('UPDATE jobs SET decision = ? WHERE id = ?').run(JSON.stringify(attempt.decision), jobId)
  appendEvent(db, jobId, id, now, 'attempt.prepared', { decision: attempt.decision })
  return attemptOfRow(inserted)
}

/** To be called in a transaction. */
export function claimResend(
  db: DatabaseSync,
  { id, jobId, sentAt }: LedgerAttempt,
  now: string,
): LedgerAttempt | null {
  const claimed = db
    .prepare(
      `UPDATE attempts SET sent_at = ? WHERE id = ? AND sent_at IS ? AND state IN ('prepared', 'unknown') RETURNING *`,
    )
    .get(now, id, sentAt)
  if (!claimed) return null
  appendEvent(db, jobId, id, now, 'resent', {})
  return attemptOfRow(claimed)
}

/** To be called in a transaction. */
export function giveUpAttempt(
  db: DatabaseSync,
  { id, jobId }: LedgerAttempt,
  { because, reason }: GivingUp,
  now: string,
): boolean {
  const { changes } = db
    .prepare(
      `UPDATE attempts SET given_up = ?, given_up_because = ?, given_up_at = ?
       WHERE id = ? AND given_up IS NULL AND finished_at IS NULL`,
    )
    .run(reason, because, now, id)
  if (changes) appendEvent(db, jobId, id, now, 'given_up', { because, reason })
  return changes === 1
}

/** To be called in a transaction. */
export function leaveAttemptBehind(db: DatabaseSync, { id, jobId }: LedgerAttempt, now: string): boolean {
  const { changes } = db
    .prepare('UPDATE attempts SET ignored = 1 WHERE id = ? AND ignored = 0 AND finished_at IS NULL')
    .run(id)
  if (changes === 0) return false
  db.prepare('UPDATE jobs SET generation = generation + 1 WHERE id = ?').run(jobId)
  appendEvent(db, jobId, id, now, 'left_behind', {})
  return true
}

/** Oldest first. */
export function listAttempts(db: DatabaseSync, jobId: string): readonly LedgerAttempt[] {
  return db.prepare('SELECT * FROM attempts WHERE job_id = ? ORDER BY number').all(jobId).map(attemptOfRow)
}

export function newestAttempt(db: DatabaseSync, jobId: string): LedgerAttempt | null {
  const row = db.prepare('SELECT * FROM attempts WHERE job_id = ? ORDER BY number DESC LIMIT 1').get(jobId)
  return row ? attemptOfRow(row) : null
}

/** To be called in a transaction. */
export function followRun(
  db: DatabaseSync,
  { id, jobId, runId }: LedgerAttempt,
  run: { readonly id: number; readonly url: string },
  now: string,
): boolean {
  const { changes } = db
    .prepare(
      'UPDATE attempts SET run_id = ?, run_url = ? WHERE id = ? AND run_id IS ? AND finished_at IS NULL',
    )
    .run(run.id, run.url, id, runId)
  if (changes === 0) return false
  // The result that said so is not the one that counts.
  db.prepare('DELETE FROM results WHERE attempt_id = ?').run(id)
  appendEvent(db, jobId, id, now, 'superseded', { run: run.id, instead_of: runId })
  return true
}
