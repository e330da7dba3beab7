import type { Millis } from '../../base/clock.ts'
import { type JsonObject, parseJson } from '../../base/json.ts'
import type { Conclusion, RunStatus } from '../../model/run.ts'
import type { ConcurrencySetting } from '../../workflow/concurrency.ts'
import type { Database, Row } from './database.ts'
import type { JobRecord } from './records.ts'
import {
  flag,
  integer,
  integerOrNull,
  jsonObject,
  jsonObjectOrNull,
  text,
  textOrNull,
  texts,
  time,
  timeOrNull,
} from './row.ts'
import { recordTransition } from './transitions.ts'

/**
 * The life of a workflow job in the hub:
 *
 *   waiting ──▶ pending ──▶ queued ──▶ in_progress ──▶ completed
 *
 * waiting: held by `max-parallel`. pending: held by its concurrency group. queued: any runner with its labels may take
 * it. in_progress: a runner has it. Each may be skipped, and each may end; nothing leaves `completed`.
 */
export interface StoredJob extends JobRecord {
  /** null: it has none. */
  readonly matrix: JsonObject | null
  /** The `strategy` context. */
  readonly strategy: JsonObject
  readonly failFast: boolean
  /** null: no limit. */
  readonly maxParallel: number | null
  readonly timeoutMinutes: number
  readonly continueOnError: boolean
  readonly concurrency: ConcurrencySetting | null
  /** The broker session it was acquired through. */
  readonly sessionId: string | null
  readonly queuedMs: Millis | null
  readonly startedMs: Millis | null
  readonly cancelMs: Millis | null
  readonly cancelReason: CancelReason | null
}

/** user: the run was cancelled. The others are the hub's own doing. */
export type CancelReason = 'user' | 'timeout' | 'fail_fast' | 'concurrency'

export type NewJob = Pick<
  StoredJob,
  | 'runId'
  | 'backendId'
  | 'key'
  | 'name'
  | 'labels'
  | 'matrix'
  | 'strategy'
  | 'failFast'
  | 'maxParallel'
  | 'timeoutMinutes'
  | 'continueOnError'
  | 'concurrency'
>

export function insertJob(db: Database, job: NewJob, now: Millis): number {
  const { id } = db.run(
    `INSERT INTO job (run_id, backend_id, key, name, status, labels, matrix, strategy, fail_fast, max_parallel,
       timeout_minutes, continue_on_error, concurrency, created_ms, first_attempt, last_attempt)
     SELECT :runId, :backendId, :key, :name, 'waiting', :labels, :matrix, :strategy, :failFast, :maxParallel,
       :timeoutMinutes, :continueOnError, :concurrency, :now, run_attempt, run_attempt FROM run WHERE id = :runId`,
    {
      runId: job.runId,
      backendId: job.backendId,
      key: job.key,
      name: job.name,
      labels: JSON.stringify(job.labels),
      matrix: JSON.stringify(job.matrix),
      strategy: JSON.stringify(job.strategy),
      failFast: job.failFast ? 1 : 0,
      maxParallel: job.maxParallel,
      timeoutMinutes: job.timeoutMinutes,
      continueOnError: job.continueOnError ? 1 : 0,
      concurrency: JSON.stringify(job.concurrency),
      now,
    },
  )
  recordTransition(db, { runId: job.runId, jobId: id, state: 'waiting', reason: null }, now)
  return id
}

/** From waiting or pending; false when it is past that. */
export function holdOrQueueJob(
  db: Database,
  job: StoredJob,
  status: 'pending' | 'queued',
  now: Millis,
): boolean {
  const { changes } = db.run(
    `UPDATE job SET status = :status, queued_ms = iif(:status = 'queued', :now, NULL)
     WHERE id = :id AND status IN ('waiting', 'pending') AND status <> :status`,
    { id: job.id, status, now },
  )
  if (changes === 1)
    recordTransition(db, { runId: job.runId, jobId: job.id, state: status, reason: null }, now)
  return changes === 1
}

export interface JobClaim {
  readonly runnerId: number
  readonly runnerName: string
  readonly sessionId: string
}

/** The atomic claim: of two runners that ask at once, one gets true. */
export function claimJob(db: Database, job: StoredJob, claim: JobClaim, now: Millis): boolean {
  const { changes } = db.run(
    `UPDATE job SET status = 'in_progress', started_ms = :now, runner_id = :runnerId, runner_name = :runnerName,
       session_id = :sessionId
     WHERE id = :id AND status = 'queued'`,
    { ...claim, id: job.id, now },
  )
  if (changes === 1) {
    recordTransition(
      db,
      { runId: job.runId, jobId: job.id, state: 'in_progress', reason: claim.runnerName },
      now,
    )
  }
  return changes === 1
}

export interface JobEnd {
  readonly conclusion: Conclusion
  readonly outputs: Readonly<Record<string, string>>
}

/** False when it had ended before: of all that may end a job, only the first does. */
export function completeJob(db: Database, job: StoredJob, end: JobEnd, now: Millis): boolean {
  const { changes } = db.run(
    `UPDATE job SET status = 'completed', conclusion = :conclusion, outputs = :outputs, completed_ms = :now
     WHERE id = :id AND status <> 'completed'`,
    { id: job.id, conclusion: end.conclusion, outputs: JSON.stringify(end.outputs), now },
  )
  if (changes === 1) {
    recordTransition(db, { runId: job.runId, jobId: job.id, state: 'completed', reason: end.conclusion }, now)
  }
  return changes === 1
}

/** Asks a running job to stop; false when it was asked before, or has ended: the first reason stays. */
export function markJobCancelled(db: Database, jobId: number, reason: CancelReason, now: Millis): boolean {
  const { changes } = db.run(
    `UPDATE job SET cancel_ms = :now, cancel_reason = :reason
     WHERE id = :jobId AND cancel_ms IS NULL AND status <> 'completed'`,
    { jobId, reason, now },
  )
  return changes === 1
}

export function findJob(db: Database, id: number): StoredJob | null {
  const row = db.get('SELECT * FROM job WHERE id = :id', { id })
  return row && storedJob(row)
}

export function findJobByBackendId(db: Database, backendId: string): StoredJob | null {
  const row = db.get('SELECT * FROM job WHERE backend_id = :backendId', { backendId })
  return row && storedJob(row)
}

/** Those of the run's present attempt: made by it, or kept from an earlier one. */
export function jobsOfRun(db: Database, runId: number): readonly StoredJob[] {
  return db
    .all(
      `SELECT * FROM job WHERE run_id = :runId AND last_attempt = (SELECT run_attempt FROM run WHERE id = :runId)
       ORDER BY id`,
      { runId },
    )
    .map(storedJob)
}

/** Makes a job of the attempt before part of this one too, as it stands. */
export function keepJob(db: Database, jobId: number, attempt: number): void {
  db.run('UPDATE job SET last_attempt = :attempt WHERE id = :jobId AND last_attempt = :attempt - 1', {
    jobId,
    attempt,
  })
}

/** Oldest first. */
export function openJobs(db: Database, status: 'queued' | 'in_progress'): readonly StoredJob[] {
  return db.all('SELECT * FROM job WHERE status = :status ORDER BY id', { status }).map(storedJob)
}

export function runningJobOf(db: Database, runnerId: number): StoredJob | null {
  const row = db.get("SELECT * FROM job WHERE status = 'in_progress' AND runner_id = :runnerId", { runnerId })
  return row && storedJob(row)
}

function storedJob(row: Row): StoredJob {
  return {
    ...jobRecord(row),
    matrix: jsonObjectOrNull(row, 'matrix'),
    strategy: jsonObject(row, 'strategy'),
    failFast: flag(row, 'fail_fast'),
    maxParallel: integerOrNull(row, 'max_parallel'),
    timeoutMinutes: integer(row, 'timeout_minutes'),
    continueOnError: flag(row, 'continue_on_error'),
    concurrency: parseJson(text(row, 'concurrency')) as unknown as ConcurrencySetting | null,
    sessionId: textOrNull(row, 'session_id'),
    queuedMs: integerOrNull(row, 'queued_ms'),
    startedMs: integerOrNull(row, 'started_ms'),
    cancelMs: integerOrNull(row, 'cancel_ms'),
    cancelReason: textOrNull(row, 'cancel_reason') as CancelReason | null,
  }
}

export function jobRecord(row: Row): JobRecord {
  return {
    id: integer(row, 'id'),
    runId: integer(row, 'run_id'),
    runAttempt: integer(row, 'first_attempt'),
    backendId: text(row, 'backend_id'),
    key: text(row, 'key'),
    name: text(row, 'name'),
    status: text(row, 'status') as RunStatus,
    conclusion: textOrNull(row, 'conclusion') as Conclusion | null,
    labels: texts(row, 'labels'),
    runnerId: integerOrNull(row, 'runner_id'),
    runnerName: textOrNull(row, 'runner_name'),
    outputs: Object.fromEntries(
      Object.entries(jsonObject(row, 'outputs')).map(([key, value]) => [key, String(value)]),
    ),
    createdAt: time(row, 'created_ms'),
    startedAt: timeOrNull(row, 'started_ms'),
    completedAt: timeOrNull(row, 'completed_ms'),
  }
}
