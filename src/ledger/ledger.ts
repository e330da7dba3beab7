import type { DatabaseSync } from 'node:sqlite'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import { openDatabase, transaction } from '../base/sqlite.ts'
import type { RunnerFacts } from '../model/runner.ts'
import { jobsMigration } from './migrations/0001-jobs.ts'
import type {
  AttemptMove,
  FetchedResult,
  InsertOutcome,
  JobQuery,
  LedgerAttempt,
  LedgerEvent,
  LedgerJob,
  NewAttempt,
  NewJob,
} from './records.ts'
import { attemptOfRow, eventOfRow, jobOfRow, selectJob } from './rows.ts'
import { appendEvent, type JobMove, moveAttempt, moveJob } from './transitions.ts'

const keyHolders = `state IN ('pending', 'queued', 'running', 'succeeded')`

/** Opens (and creates, 0600 in a 0700 folder) the ledger: what was asked for, what was tried, what came of it. */
export function openLedger(path: string): Ledger {
  return new Ledger(openDatabase(path, 'ledger', [jobsMigration]))
}

/**
 * Every method is one transaction: wholly done once it returns, wholly absent when it throws. Several processes may
 * use one file; where they race, the first writer wins and the others are told by the returned value.
 */
export class Ledger {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Writes a pending job, unless an active or succeeded one of this broker holds the key: that one is returned. */
  insertJob(job: NewJob): InsertOutcome {
    return transaction(this.#db, () => {
      if (job.replace) this.#releaseKey(job)
      const inserted = this.#db
        .prepare(
          `INSERT INTO jobs (id, broker, kind, inputs, pin, idempotency_key, state, priority, created_at)
           VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?)
           ON CONFLICT (broker, idempotency_key) WHERE ${keyHolders} DO NOTHING RETURNING id`,
        )
        .get(
          job.id,
          job.broker,
          job.kind,
          JSON.stringify(job.inputs),
          job.pin,
          job.idempotencyKey,
          job.priority,
          job.now,
        )
      if (inserted) {
        appendEvent(this.#db, job.id, null, job.now, 'job.pending', { from: null, reason: null })
        return { kind: 'created', job: this.#requireJob(job.id) }
      }
      const holder = this.findByKey(job.broker, job.idempotencyKey)
      if (!holder) throw new Error(`no job holds the key ${job.idempotencyKey}, yet it was refused`)
      return { kind: 'duplicate', job: holder }
    })
  }

  getJob(id: string): LedgerJob | null {
    const row = this.#db.prepare(`${selectJob} WHERE jobs.id = ?`).get(id)
    return row ? jobOfRow(row) : null
  }

  /** The active or succeeded job that holds a key, or null. */
  findByKey(broker: string, idempotencyKey: string): LedgerJob | null {
    const row = this.#db
      .prepare(`${selectJob} WHERE broker = ? AND idempotency_key = ? AND ${keyHolders}`)
      .get(broker, idempotencyKey)
    return row ? jobOfRow(row) : null
  }

  findByRun(broker: string, runId: number): LedgerJob | null {
    const row = this.#db
      .prepare(`${selectJob} WHERE broker = ? AND jobs.id IN (SELECT job_id FROM attempts WHERE run_id = ?)`)
      .get(broker, runId)
    return row ? jobOfRow(row) : null
  }

  /** Newest first. */
  listJobs({ broker, states, limit }: JobQuery): readonly LedgerJob[] {
    const marks = states?.map(() => '?').join(', ')
    const filter = marks === undefined ? '' : `AND state IN (${marks})`
    return this.#db
      .prepare(
        `${selectJob} WHERE broker = coalesce(?, broker) ${filter} ORDER BY created_at DESC, jobs.rowid DESC LIMIT ?`,
      )
      .all(broker, ...(states ?? []), limit)
      .map(jobOfRow)
  }

  /** Moves a job without an attempt's help (cancelled before anything was sent). False: its state does not allow it. */
  moveJob(move: JobMove): boolean {
    return transaction(this.#db, () => moveJob(this.#db, move))
  }

  /** Fails a job of which no attempt was written. False: another process has written one, or the job is over. */
  failUnattempted(jobId: string, reason: string, now: string): boolean {
    return transaction(this.#db, () => {
      const isAttempted = this.#db.prepare('SELECT 1 FROM attempts WHERE job_id = ?').get(jobId) !== undefined
      return !isAttempted && moveJob(this.#db, { jobId, to: 'failed', now, reason })
    })
  }

  /** Changes why a job is in its state; an event only when the words differ. */
  setReason(jobId: string, reason: string | null, now: string): void {
    transaction(this.#db, () => {
      const changed = this.#db
        .prepare('UPDATE jobs SET reason = ? WHERE id = ? AND reason IS NOT ? AND finished_at IS NULL')
        .run(reason, jobId, reason).changes
      if (changed) appendEvent(this.#db, jobId, null, now, 'reason', { reason })
    })
  }

  /** Writes the attempt and its decision before anything leaves. null: another process wrote this number first. */
  prepareAttempt(attempt: NewAttempt): LedgerAttempt | null {
    const { jobId, number, now } = attempt
    const id = `${jobId}.${number}`
    return transaction(this.#db, () => {
      const inserted = this.#db
        .prepare(
          `INSERT INTO attempts (id, job_id, number, state, workflow, ref, runs_on, created_at, sent_at)
           SELECT ?, id, ?, 'prepared', ?, ?, ?, ?, ? FROM jobs WHERE id = ? AND finished_at IS NULL
           ON CONFLICT (job_id, number) DO NOTHING RETURNING *`,
        )
        .get(id, number, attempt.workflow, attempt.ref, attempt.runsOn.join('\n'), now, now, jobId)
      if (!inserted) return null
      this.#db
        .prepare('UPDATE jobs SET decision = ? WHERE id = ?')
        .run(JSON.stringify(attempt.decision), jobId)
      appendEvent(this.#db, jobId, id, now, 'attempt.prepared', { decision: attempt.decision })
      return attemptOfRow(inserted)
    })
  }

  /** Moves an attempt and, if it is the newest, its job; one event each. False: not a legal move (any more). */
  moveAttempt(move: AttemptMove): boolean {
    return transaction(this.#db, () => moveAttempt(this.#db, move))
  }

  /**
   * Claims the right to send an attempt again, for one process: it must still be as `attempt` shows it.
   * False: it has moved on, or another process claimed it.
   */
  claimResend(attempt: LedgerAttempt, now: string): boolean {
    return transaction(this.#db, () => {
      const { changes } = this.#db
        .prepare(
          `UPDATE attempts SET sent_at = ? WHERE id = ? AND sent_at IS ? AND state IN ('prepared', 'unknown')`,
        )
        .run(now, attempt.id, attempt.sentAt)
      if (changes) appendEvent(this.#db, attempt.jobId, attempt.id, now, 'resent', {})
      return changes === 1
    })
  }

  /** Notes that nothing was started by the last sending: it may be sent again without looking for a run first. */
  releaseAttempt(attemptId: string): void {
    this.#db.prepare(`UPDATE attempts SET sent_at = NULL WHERE id = ? AND state = 'prepared'`).run(attemptId)
  }

  /** Notes that the attempt was sent without `relayq_id`, so that no run can be found by its name. */
  markUntraceable(attemptId: string): void {
    this.#db.prepare('UPDATE attempts SET traceable = 0 WHERE id = ?').run(attemptId)
  }

  /** Oldest first. */
  listAttempts(jobId: string): readonly LedgerAttempt[] {
    return this.#db
      .prepare('SELECT * FROM attempts WHERE job_id = ? ORDER BY number')
      .all(jobId)
      .map(attemptOfRow)
  }

  newestAttempt(jobId: string): LedgerAttempt | null {
    const row = this.#db
      .prepare('SELECT * FROM attempts WHERE job_id = ? ORDER BY number DESC LIMIT 1')
      .get(jobId)
    return row ? attemptOfRow(row) : null
  }

  appendEvent(jobId: string, type: string, detail: JsonObject, now: string): void {
    appendEvent(this.#db, jobId, null, now, type, detail)
  }

  /** Oldest first, those after the event `afterId`. */
  listEvents(jobId: string, afterId = 0): readonly LedgerEvent[] {
    return this.#db
      .prepare('SELECT * FROM events WHERE job_id = ? AND id > ? ORDER BY id')
      .all(jobId, afterId)
      .map(eventOfRow)
  }

  /** Keeps what a runner said of itself, unless something newer is known. */
  recordFacts(broker: string, runner: string, facts: RunnerFacts): void {
    this.#db
      .prepare(
        `INSERT INTO runner_facts (broker, runner, facts, reported_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (broker, runner) DO UPDATE SET facts = excluded.facts, reported_at = excluded.reported_at
         WHERE excluded.reported_at >= reported_at`,
      )
      .run(broker, runner, JSON.stringify(facts), facts.reportedAt)
  }

  listFacts(broker: string): ReadonlyMap<string, RunnerFacts> {
    const rows = this.#db.prepare('SELECT * FROM runner_facts WHERE broker = ?').all(broker)
    const entries = rows.map(row => [String(row['runner']), parseJson(String(row['facts']))] as const)
    return new Map(
      entries.flatMap(([runner, facts]) =>
        isJsonObject(facts) ? [[runner, facts as unknown as RunnerFacts]] : [],
      ),
    )
  }

  recordResult({ jobId, attemptId, directory, result, now }: FetchedResult): void {
    this.#db
      .prepare(
        `INSERT INTO results (job_id, attempt_id, directory, result, fetched_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (job_id) DO UPDATE SET attempt_id = excluded.attempt_id, directory = excluded.directory,
           result = excluded.result, fetched_at = excluded.fetched_at`,
      )
      .run(jobId, attemptId, directory, JSON.stringify(result), now)
  }

  /** The folder that holds a job's fetched files, or null. */
  findResult(jobId: string): { readonly attemptId: string; readonly directory: string } | null {
    const row = this.#db.prepare('SELECT * FROM results WHERE job_id = ?').get(jobId)
    return row ? { attemptId: String(row['attempt_id']), directory: String(row['directory']) } : null
  }

  close(): void {
    this.#db.close()
  }

  #releaseKey({ broker, idempotencyKey }: NewJob): void {
    this.#db
      .prepare(
        `UPDATE jobs SET idempotency_key = idempotency_key || '#' || id
         WHERE broker = ? AND idempotency_key = ? AND ${keyHolders}`,
      )
      .run(broker, idempotencyKey)
  }

  #requireJob(id: string): LedgerJob {
    const job = this.getJob(id)
    if (!job) throw new Error(`job ${id} vanished within its own transaction`)
    return job
  }
}
