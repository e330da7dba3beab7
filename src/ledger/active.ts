import type { DatabaseSync } from 'node:sqlite'
import type { JobState } from '../model/job.ts'
import type { LedgerAttempt, LedgerJob } from './records.ts'
import { attemptOfRow, jobOfRow, type Row, selectJob } from './rows.ts'

export interface ActiveJob {
  readonly job: LedgerJob
  /** null: none was written yet. */
  readonly newest: LedgerAttempt | null
}

/**
 * What is not over, in the order in which it should go out: priority, then age. CROSS JOIN: from those jobs to their
 * attempts, and not through all attempts there ever were.
 */
export function listActive(
  db: DatabaseSync,
  broker: string,
  options: { readonly sent?: boolean } = {},
): readonly ActiveJob[] {
  const which = options.sent ? `AND ${isSent}` : ''
  const jobs = db
    .prepare(
      `${selectJob} WHERE broker = ? AND finished_at IS NULL ${which}
       ORDER BY priority DESC, created_at, jobs.rowid`,
    )
    .all(broker)
  const attempts = db
    .prepare(
      `SELECT attempts.*, max(number) FROM jobs CROSS JOIN attempts ON job_id = jobs.id
       WHERE broker = ? AND jobs.finished_at IS NULL ${which} GROUP BY job_id`,
    )
    .all(broker)
  const newest = new Map(attempts.map((row: Row) => [String(row['job_id']), attemptOfRow(row)]))
  return jobs.map(jobOfRow).map(job => ({ job, newest: newest.get(job.id) ?? null }))
}

const isSent = 'EXISTS (SELECT 1 FROM attempts WHERE job_id = jobs.id AND attempts.finished_at IS NULL)'

/** What a job waits for: each job it is to follow, and that one's state; null where the ledger does not know it. */
export interface Dependency {
  readonly jobId: string
  readonly afterId: string
  readonly state: JobState | null
}

/** Of all jobs that are not over, or of one. */
export function listDependencies(
  db: DatabaseSync,
  broker: string,
  jobId: string | null,
): readonly Dependency[] {
  const [which, values] = jobId === null ? [allActive, [broker]] : ['jobs.id = ?', [jobId]]
  return db
    .prepare(
      `SELECT job_id, after_id, earlier.state AS state FROM jobs
         CROSS JOIN job_dependencies ON job_id = jobs.id LEFT JOIN jobs AS earlier ON earlier.id = after_id
       WHERE ${which}`,
    )
    .all(...values)
    .map(row => ({
      jobId: String(row['job_id']),
      afterId: String(row['after_id']),
      state: row['state'] === null ? null : (String(row['state']) as JobState),
    }))
}

const allActive = 'jobs.broker = ? AND jobs.finished_at IS NULL'
