import type { DatabaseSync } from 'node:sqlite'
import type { JsonObject } from '../base/json.ts'
import type { FailureClass } from '../model/failure.ts'
import {
  isFinalAttemptState,
  isFinalJobState,
  isLegalAttemptMove,
  isLegalJobMove,
  type JobState,
  jobStateOfAttempt,
} from '../model/job.ts'
import type { AttemptMove } from './records.ts'
import { attemptOfRow, jobOfRow, selectJob } from './rows.ts'

export interface JobMove {
  readonly jobId: string
  readonly to: JobState
  readonly now: string
  readonly reason: string | null
  readonly failure?: FailureClass | null
}

/** Moves an attempt, and its job when it is the newest one. To be called in a transaction. False: not a legal move. */
export function moveAttempt(db: DatabaseSync, move: AttemptMove): boolean {
  const row = db.prepare('SELECT * FROM attempts WHERE id = ?').get(move.attemptId)
  if (!row) return false
  const attempt = attemptOfRow(row)
  if (!isLegalAttemptMove(attempt.state, move.to)) return false
  const reason = move.reason ?? null
  const at = timeOf(db, attempt.jobId, move)
  db.prepare(
    `UPDATE attempts SET state = ?, reason = ?, run_id = coalesce(?, run_id), run_url = coalesce(?, run_url),
       runner_name = coalesce(?, runner_name), started_at = coalesce(?, started_at), finished_at = ?, failure = ?
     WHERE id = ?`,
  ).run(
    move.to,
    reason,
    move.runId ?? null,
    move.runUrl ?? null,
    move.runnerName ?? null,
    move.to === 'running' ? at : null,
    isFinalAttemptState(move.to) ? at : null,
    move.failure ?? null,
    move.attemptId,
  )
  const detail = {
    ...{ from: attempt.state, reason, failure: move.failure ?? null },
    ...{ runner: move.runnerName ?? null, run: move.runId ?? null },
  }
  appendEvent(db, attempt.jobId, move.attemptId, at, `attempt.${move.to}`, detail)
  if (isNewest(db, attempt.jobId, attempt.number)) followAttempt(db, attempt.jobId, move, at)
  return true
}

/** What the newest attempt's move makes of its job: it follows, or stays in the queue for another attempt. */
function followAttempt(db: DatabaseSync, jobId: string, move: AttemptMove, at: string): void {
  const { retryAt, failure = null, reason = null } = move
  const to = retryAt ? 'pending' : jobStateOfAttempt(move.to)
  const moved = moveJob(db, { jobId, to, now: at, reason, failure: to === 'failed' ? failure : null })
  // The job may be in that state already (prepared and unknown are both pending): then only the reason is new.
  if (!moved) db.prepare('UPDATE jobs SET reason = ? WHERE id = ? AND state = ?').run(reason, jobId, to)
  if (retryAt) db.prepare('UPDATE jobs SET not_before = ? WHERE id = ?').run(retryAt, jobId)
}

/** Moves a job and writes one event. To be called in a transaction. False: not a legal move. */
export function moveJob(db: DatabaseSync, { jobId, to, now, reason, failure = null }: JobMove): boolean {
  const row = db.prepare(`${selectJob} WHERE jobs.id = ?`).get(jobId)
  if (!row) return false
  const { state } = jobOfRow(row)
  if (!isLegalJobMove(state, to)) return false
  const finishedAt = isFinalJobState(to) ? now : null
  db.prepare('UPDATE jobs SET state = ?, reason = ?, failure = ?, finished_at = ? WHERE id = ?').run(
    to,
    reason,
    failure,
    finishedAt,
    jobId,
  )
  appendEvent(db, jobId, null, now, `job.${to}`, { from: state, reason })
  return true
}

export function appendEvent(
  db: DatabaseSync,
  jobId: string,
  attemptId: string | null,
  at: string,
  type: string,
  detail: JsonObject,
): void {
  db.prepare('INSERT INTO events (job_id, attempt_id, at, type, detail) VALUES (?, ?, ?, ?, ?)').run(
    jobId,
    attemptId,
    at,
    type,
    JSON.stringify(detail),
  )
}

/** Events never go back in time, nor lie in the future, whatever the broker's clock says. */
function timeOf(db: DatabaseSync, jobId: string, { at, now }: AttemptMove): string {
  const time = at ? Date.parse(at) : Number.NaN
  if (Number.isNaN(time)) return now
  const row = db.prepare('SELECT max(at) AS last FROM events WHERE job_id = ?').get(jobId)
  const last = Date.parse(String(row?.['last'] ?? now))
  return new Date(Math.min(Math.max(time, last), Date.parse(now))).toISOString()
}

function isNewest(db: DatabaseSync, jobId: string, number: number): boolean {
  const row = db.prepare('SELECT max(number) AS newest FROM attempts WHERE job_id = ?').get(jobId)
  return Number(row?.['newest']) === number
}
