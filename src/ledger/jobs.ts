import type { DatabaseSync } from 'node:sqlite'
import { insertLocalFile } from './local-files.ts'
import type { InsertOutcome, JobQuery, LedgerJob, NewJob, ReopenOutcome } from './records.ts'
import { jobOfRow, selectJob } from './rows.ts'
import { appendEvent, moveJob } from './transitions.ts'

const keyHolders = `state IN ('pending', 'queued', 'running', 'succeeded')`

/** To be called in a transaction. */
export function insertJob(db: DatabaseSync, job: NewJob): InsertOutcome {
  const earlier = job.once ? findEverByKey(db, job.broker, job.idempotencyKey) : null
  if (earlier) return { kind: 'duplicate', job: earlier }
  if (job.replace) releaseKey(db, job)
  const inserted = db
    .prepare(
      `INSERT INTO jobs (id, broker, kind, inputs, pin, idempotency_key, state, priority, created_at, source, batch,
         not_before)
       VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?)
       ON CONFLICT (broker, idempotency_key) WHERE ${keyHolders} DO NOTHING RETURNING id`,
    )
    .get(
      ...[job.id, job.broker, job.kind, JSON.stringify(job.inputs), job.pin, job.idempotencyKey],
      ...[job.priority, job.now, job.source ?? 'submitted', job.batch ?? null, job.notBefore ?? null],
    )
  if (!inserted) {
    const holder = findByKey(db, job.broker, job.idempotencyKey)
    if (!holder) throw new Error(`no job holds the key ${job.idempotencyKey}, yet it was refused`)
    return { kind: 'duplicate', job: holder }
  }
  for (const after of new Set(job.after)) {
    db.prepare('INSERT INTO job_dependencies (job_id, after_id) VALUES (?, ?)').run(job.id, after)
  }
  if (job.localFile) insertLocalFile(db, job.id, job.localFile)
  appendEvent(db, job.id, null, job.now, 'job.pending', { from: null, reason: null })
  return { kind: 'created', job: requireJob(db, job.id) }
}

export function getJob(db: DatabaseSync, id: string): LedgerJob | null {
  const row = db.prepare(`${selectJob} WHERE jobs.id = ?`).get(id)
  return row ? jobOfRow(row) : null
}

export function findByKey(db: DatabaseSync, broker: string, idempotencyKey: string): LedgerJob | null {
  const row = db
    .prepare(`${selectJob} WHERE broker = ? AND idempotency_key = ? AND ${keyHolders}`)
    .get(broker, idempotencyKey)
  return row ? jobOfRow(row) : null
}

/** The newest that bears the key, whatever became of it. */
export function findEverByKey(db: DatabaseSync, broker: string, idempotencyKey: string): LedgerJob | null {
  const row = db
    .prepare(`${selectJob} WHERE broker = ? AND idempotency_key = ? ORDER BY created_at DESC LIMIT 1`)
    .get(broker, idempotencyKey)
  return row ? jobOfRow(row) : null
}

/** `+`: by the run, which is one job's, and not by the broker, which has them all. */
export function findByRun(db: DatabaseSync, broker: string, runId: number): LedgerJob | null {
  const row = db
    .prepare(`${selectJob} WHERE +broker = ? AND jobs.id IN (SELECT job_id FROM attempts WHERE run_id = ?)`)
    .get(broker, runId)
  return row ? jobOfRow(row) : null
}

/** Newest first. */
export function listJobs(db: DatabaseSync, query: JobQuery): readonly LedgerJob[] {
  const { broker, states, batch, kind, failure, limit } = query
  const filters: readonly { readonly sql: string; readonly values: readonly string[] }[] = [
    ...(broker === null ? [] : [{ sql: 'broker = ?', values: [broker] }]),
    ...(states ? [{ sql: `state IN (${states.map(() => '?').join(', ')})`, values: states }] : []),
    ...(batch === undefined ? [] : [{ sql: 'batch = ?', values: [batch] }]),
    ...(kind === undefined ? [] : [{ sql: 'kind = ?', values: [kind] }]),
    ...(failure === undefined ? [] : [{ sql: 'failure = ?', values: [failure] }]),
  ]
  const where = filters.length === 0 ? '' : `WHERE ${filters.map(({ sql }) => sql).join(' AND ')}`
  return db
    .prepare(`${selectJob} ${where} ORDER BY created_at DESC, jobs.rowid DESC LIMIT ?`)
    .all(...filters.flatMap(({ values }) => values), limit)
    .map(jobOfRow)
}

/** A place in the order of age. */
export interface JobPlace {
  readonly createdAt: string
  readonly rowid: number
}

/** Oldest first, at most `limit` after a place. */
export function listJobIds(
  db: DatabaseSync,
  { createdAt, rowid }: JobPlace,
  limit: number,
): readonly (JobPlace & { readonly id: string })[] {
  return db
    .prepare(
      `SELECT rowid, id, created_at FROM jobs WHERE (created_at, rowid) > (?, ?)
       ORDER BY created_at, rowid LIMIT ?`,
    )
    .all(createdAt, rowid, limit)
    .map(row => ({
      ...{ id: String(row['id']), createdAt: String(row['created_at']), rowid: Number(row['rowid']) },
    }))
}

/** To be called in a transaction. */
export function failUnsent(db: DatabaseSync, jobId: string, reason: string, now: string): boolean {
  const isSent = db.prepare('SELECT 1 FROM attempts WHERE job_id = ? AND finished_at IS NULL').get(jobId)
  return !isSent && moveJob(db, { jobId, to: 'failed', now, reason, failure: 'bad_input' })
}

export interface WaitReason {
  readonly jobId: string
  /** In which it waits, as it was seen: one that has moved on meanwhile has another reason, or needs none. */
  readonly state: 'pending' | 'queued'
  readonly reason: string
  readonly now: string
}

/** To be called in a transaction. */
export function setReason(db: DatabaseSync, { jobId, state, reason, now }: WaitReason): void {
  const { changes } = db
    .prepare('UPDATE jobs SET reason = ? WHERE id = ? AND reason IS NOT ? AND state = ?')
    .run(reason, jobId, reason, state)
  if (changes) appendEvent(db, jobId, null, now, 'reason', { reason })
}

/** To be called in a transaction. */
export function postpone(
  db: DatabaseSync,
  jobId: string,
  { until, reason, now }: { readonly until: string; readonly reason: string; readonly now: string },
): void {
  db.prepare(`UPDATE jobs SET not_before = ? WHERE id = ? AND state = 'pending'`).run(until, jobId)
  setReason(db, { jobId, state: 'pending', reason, now })
}

/**
 * Minutes that GitHub-hosted machines worked since a moment: GitHub counts each job's up to whole ones. The condition is
 * that of the index `attempts_hosted`, and CROSS JOIN keeps to it: SQLite would rather read every job of the broker.
 */
export function hostedMinutes(db: DatabaseSync, broker: string | null, since: string): number {
  const row = db
    .prepare(
      `SELECT coalesce(sum(ceil((julianday(attempts.finished_at) - julianday(started_at)) * 1440)), 0) AS minutes
       FROM attempts CROSS JOIN jobs ON jobs.id = job_id
       WHERE broker = coalesce(?, broker) AND attempts.finished_at >= ? AND started_at IS NOT NULL
         AND runs_on <> '' AND instr(runs_on, 'self-hosted') = 0`,
    )
    .get(broker, since)
  return Number(row?.['minutes'] ?? 0)
}

/** To be called in a transaction. */
export function reopenJob(db: DatabaseSync, id: string, now: string): ReopenOutcome {
  const job = requireJob(db, id)
  if (job.finishedAt === null || job.state === 'succeeded') return { kind: 'not_dead', job }
  const holder = findByKey(db, job.broker, job.idempotencyKey)
  if (holder) return { kind: 'replaced', by: holder }
  db.prepare(
    `UPDATE jobs SET state = 'pending', reason = NULL, failure = NULL, finished_at = NULL, not_before = NULL,
       budget_from = (SELECT coalesce(max(number), 0) FROM attempts WHERE job_id = jobs.id) WHERE id = ?`,
  ).run(id)
  appendEvent(db, id, null, now, 'job.pending', { from: job.state, reason: 'retried' })
  return { kind: 'reopened', job: requireJob(db, id) }
}

function releaseKey(db: DatabaseSync, { broker, idempotencyKey, replace }: NewJob): void {
  const holders = replace === 'succeeded' ? `state = 'succeeded'` : keyHolders
  db.prepare(
    `UPDATE jobs SET idempotency_key = idempotency_key || '#' || id
     WHERE broker = ? AND idempotency_key = ? AND ${holders}`,
  ).run(broker, idempotencyKey)
}

function requireJob(db: DatabaseSync, id: string): LedgerJob {
  const job = getJob(db, id)
  if (!job) throw new Error(`there is no job ${id} in its own ledger`)
  return job
}
