import type { DatabaseSync } from 'node:sqlite'
import { isJsonObject, type JsonObject, parseJson } from '../base/json.ts'
import { openDatabase, transaction } from '../base/sqlite.ts'
import type { RunnerFacts } from '../model/runner.ts'
import { type ActiveJob, type Dependency, listActive, listDependencies } from './active.ts'
import { adoptRun } from './adopt.ts'
import * as attempts from './attempts.ts'
import { type CancelWithoutRun, cancelWithoutRun } from './cancel.ts'
import { type EventQuery, listAllEvents, newestEventId } from './events.ts'
import * as jobs from './jobs.ts'
import { Leases } from './leases.ts'
import { type FileMove, findLocalFile, type KeptLocalFile, moveLocalFile } from './local-files.ts'
import { jobsMigration } from './migrations/0001-jobs.ts'
import { supervisionMigration } from './migrations/0002-supervision.ts'
import { sizeMigration } from './migrations/0003-size.ts'
import { costsMigration } from './migrations/0004-costs.ts'
import { localFilesMigration } from './migrations/0005-local-files.ts'
import { compact, countPrunable, listPrunable, type PruneQuery, pruneJob } from './prune.ts'
import type {
  AdoptedRun,
  AttemptMove,
  FetchedResult,
  GivingUp,
  InsertOutcome,
  JobQuery,
  LedgerAttempt,
  LedgerEvent,
  LedgerJob,
  NewAttempt,
  NewJob,
  ReopenOutcome,
} from './records.ts'
import { recordResult } from './results.ts'
import { eventOfRow } from './rows.ts'
import { listSpeeds, recordSpeed } from './speeds.ts'
import { type LedgerStats, readStats } from './stats.ts'
import { appendEvent, type JobMove, moveAttempt, moveJob } from './transitions.ts'

/** Opens (and creates, 0600 in a 0700 folder) the ledger: what was asked for, what was tried, what came of it. */
export function openLedger(path: string): Ledger {
  return new Ledger(openLedgerFile(path))
}

/** Its file alone; `busyTimeoutMs`: how long to wait while another process writes. */
export function openLedgerFile(
  path: string,
  options: { readonly busyTimeoutMs?: number } = {},
): DatabaseSync {
  return openDatabase(path, 'ledger', migrations, options)
}

const migrations = [jobsMigration, supervisionMigration, sizeMigration, costsMigration, localFilesMigration]

/** What this version reads and writes. */
export const newestSchema = Math.max(...migrations.map(({ version }) => version))

/**
 * Every method is one transaction: wholly done once it returns, wholly absent when it throws. Several processes may
 * use one file; where they race, the first writer wins and the others are told by the returned value.
 */
export class Ledger {
  readonly leases: Leases
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.leases = new Leases(db)
  }

  /** Writes a pending job, unless an active or succeeded one of this broker holds the key: that one is returned. */
  insertJob(job: NewJob): InsertOutcome {
    return transaction(this.#db, () => jobs.insertJob(this.#db, job))
  }

  /** null: the job works on no file of this machine. */
  findLocalFile(jobId: string): KeptLocalFile | null {
    return findLocalFile(this.#db, jobId)
  }

  /** Notes where the file of a job is now. false: another process has done so since it was seen. */
  moveLocalFile(move: FileMove): boolean {
    return transaction(this.#db, () => moveLocalFile(this.#db, move))
  }

  /** Makes a job of a run that nobody submitted here. null: it is known already. */
  adoptRun(run: AdoptedRun): LedgerJob | null {
    return transaction(this.#db, () => adoptRun(this.#db, run))
  }

  getJob(id: string): LedgerJob | null {
    return jobs.getJob(this.#db, id)
  }

  /** The newest job that bears a key, whatever became of it, or null. */
  findEverByKey(broker: string, idempotencyKey: string): LedgerJob | null {
    return jobs.findEverByKey(this.#db, broker, idempotencyKey)
  }

  /** The active or succeeded job that holds a key, or null. */
  findByKey(broker: string, idempotencyKey: string): LedgerJob | null {
    return jobs.findByKey(this.#db, broker, idempotencyKey)
  }

  findByRun(broker: string, runId: number): LedgerJob | null {
    return jobs.findByRun(this.#db, broker, runId)
  }

  /** Newest first. */
  listJobs(query: JobQuery): readonly LedgerJob[] {
    return jobs.listJobs(this.#db, query)
  }

  /** What is not over, with its newest attempt, in the order in which it should go out; `sent`: only what went out. */
  listActive(broker: string, options: { readonly sent?: boolean } = {}): readonly ActiveJob[] {
    return listActive(this.#db, broker, options)
  }

  /** Of all jobs of a broker, oldest first. */
  listAllEvents(query: EventQuery): readonly LedgerEvent[] {
    return listAllEvents(this.#db, query)
  }

  /** The newest event there is; 0: none. Cheap to ask again and again. */
  newestEventId(): number {
    return newestEventId(this.#db)
  }

  /** What the jobs that are not over wait for, or one of them. */
  listDependencies(broker: string, jobId: string | null = null): readonly Dependency[] {
    return listDependencies(this.#db, broker, jobId)
  }

  /** Moves a job without an attempt's help (cancelled before anything was sent). False: its state does not allow it. */
  moveJob(move: JobMove): boolean {
    return transaction(this.#db, () => moveJob(this.#db, move))
  }

  /**
   * Cancels a job whose run, if it had one, is gone: so that who learns of a run later finds it cancelled. Returns the run
   * it has all the same, which must be ended first; null: it has none, and is over.
   */
  cancelWithoutRun(cancelling: CancelWithoutRun): number | null {
    return transaction(this.#db, () => cancelWithoutRun(this.#db, cancelling))
  }

  /** Fails a job of which no attempt is under way. False: another process has written one, or the job is over. */
  failUnsent(jobId: string, reason: string, now: string): boolean {
    return transaction(this.#db, () => jobs.failUnsent(this.#db, jobId, reason, now))
  }

  /** Changes why a job waits, if it still does; an event only when the words differ. */
  setReason(wait: jobs.WaitReason): void {
    // To say the same again need not wait until another process has written.
    if (this.getJob(wait.jobId)?.reason === wait.reason) return
    transaction(this.#db, () => jobs.setReason(this.#db, wait))
  }

  /** Notes that a waiting job is not to be looked at again before `until` (ISO 8601), and why. */
  postpone(
    jobId: string,
    wait: { readonly until: string; readonly reason: string; readonly now: string },
  ): void {
    transaction(this.#db, () => jobs.postpone(this.#db, jobId, wait))
  }

  /** Minutes of GitHub-hosted machines used since a moment (ISO 8601). */
  hostedMinutes(broker: string, since: string): number {
    return jobs.hostedMinutes(this.#db, broker, since)
  }

  /** Puts a job that failed, was cancelled or expired back into the queue, with all its tries. */
  reopenJob(jobId: string, now: string): ReopenOutcome {
    return transaction(this.#db, () => jobs.reopenJob(this.#db, jobId, now))
  }

  /** Writes the attempt and its decision before anything leaves. null: another process wrote this number first. */
  prepareAttempt(attempt: NewAttempt): LedgerAttempt | null {
    return transaction(this.#db, () => attempts.prepareAttempt(this.#db, attempt))
  }

  /** Moves an attempt and, if it is the newest, its job; one event each. False: not a legal move (any more). */
  moveAttempt(move: AttemptMove): boolean {
    return transaction(this.#db, () => moveAttempt(this.#db, move))
  }

  /**
   * Claims the right to send an attempt again, for one process: it must still be as `attempt` shows it.
   * null: it has moved on, or another process claimed it.
   */
  claimResend(attempt: LedgerAttempt, now: string): LedgerAttempt | null {
    return transaction(this.#db, () => attempts.claimResend(this.#db, attempt, now))
  }

  /** Notes that its run is told to end, so that the job can go elsewhere. False: it was before, or is over. */
  giveUpAttempt(attempt: LedgerAttempt, why: GivingUp, now: string): boolean {
    return transaction(this.#db, () => attempts.giveUpAttempt(this.#db, attempt, why, now))
  }

  /** Notes that a run will not end: the job's next attempt does not wait for it. False: it was noted before, or has ended. */
  leaveAttemptBehind(attempt: LedgerAttempt, now: string): boolean {
    return transaction(this.#db, () => attempts.leaveAttemptBehind(this.#db, attempt, now))
  }

  /**
   * Notes that nothing was started by this sending of an attempt: it may be sent again without looking for a run first,
   * unless another process does so already.
   */
  releaseAttempt({ id, sentAt }: LedgerAttempt): void {
    this.#db
      .prepare(`UPDATE attempts SET sent_at = NULL WHERE id = ? AND sent_at IS ? AND state = 'prepared'`)
      .run(id, sentAt)
  }

  /** Notes that the attempt was sent without `relayq_id`, so that no run can be found by its name. */
  markUntraceable(attemptId: string): void {
    this.#db.prepare('UPDATE attempts SET traceable = 0 WHERE id = ?').run(attemptId)
  }

  /** The attempt goes on as another run of the same job. False: it has moved on, or is over. */
  followRun(
    attempt: LedgerAttempt,
    run: { readonly id: number; readonly url: string },
    now: string,
  ): boolean {
    return transaction(this.#db, () => attempts.followRun(this.#db, attempt, run, now))
  }

  /** Oldest first. */
  listAttempts(jobId: string): readonly LedgerAttempt[] {
    return attempts.listAttempts(this.#db, jobId)
  }

  newestAttempt(jobId: string): LedgerAttempt | null {
    return attempts.newestAttempt(this.#db, jobId)
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

  recordSpeed(measured: Parameters<typeof recordSpeed>[1]): void {
    recordSpeed(this.#db, measured)
  }

  /** Seconds of work per second of media, by runner. */
  listSpeeds(broker: string, kind: string): ReadonlyMap<string, number> {
    return listSpeeds(this.#db, broker, kind)
  }

  /**
   * Keeps a result and what it cost. False: another process has done so, or it is the job's no more, by a later attempt or
   * another run of this one.
   */
  recordResult(fetched: FetchedResult): boolean {
    return transaction(this.#db, () => recordResult(this.#db, fetched))
  }

  /** Every result that was fetched, of all brokers. */
  listResults(): readonly {
    readonly jobId: string
    readonly attemptId: string
    readonly directory: string
  }[] {
    return this.#db
      .prepare('SELECT job_id, attempt_id, directory FROM results')
      .all()
      .map(row => ({
        jobId: String(row['job_id']),
        attemptId: String(row['attempt_id']),
        directory: String(row['directory']),
      }))
  }

  /** The folder that holds a job's fetched files, or null. */
  findResult(jobId: string): { readonly attemptId: string; readonly directory: string } | null {
    const row = this.#db.prepare('SELECT * FROM results WHERE job_id = ?').get(jobId)
    return row ? { attemptId: String(row['attempt_id']), directory: String(row['directory']) } : null
  }

  /** A number that grows with every job that is submitted, also by another process. */
  newestJob(): number {
    return Number(this.#db.prepare('SELECT max(rowid) AS newest FROM jobs').get()?.['newest'] ?? 0)
  }

  /** Oldest first, at most `limit` after a place in that order. */
  listJobIds(after: jobs.JobPlace, limit: number): readonly (jobs.JobPlace & { readonly id: string })[] {
    return jobs.listJobIds(this.#db, after, limit)
  }

  countPrunable(query: Omit<PruneQuery, 'limit'>): number {
    return countPrunable(this.#db, query)
  }

  /** Ids of jobs that are long over. */
  listPrunable(query: PruneQuery): readonly string[] {
    return listPrunable(this.#db, query)
  }

  /**
   * Removes a job that is long over still, with attempts, events and results. false: somebody needs it again.
   * `putFilesAside` is called while no other process can come to need it, nor write; what it throws leaves the job.
   */
  pruneJob(id: string, query: Omit<PruneQuery, 'limit'>, putFilesAside: () => void): boolean {
    return transaction(this.#db, () => pruneJob(this.#db, id, query, putFilesAside))
  }

  /** Makes the file smaller where much of it is empty. */
  compact(): void {
    compact(this.#db)
  }

  /** How jobs submitted since a moment went, and the hosted minutes of a month (both ISO 8601). */
  stats(since: string, month: string): LedgerStats {
    return readStats(this.#db, since, month)
  }

  close(): void {
    this.#db.close()
  }
}
