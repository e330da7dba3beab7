import type { DatabaseSync } from 'node:sqlite'
import type { Cost } from '../model/cost.ts'

export interface ProviderCosts {
  readonly provider: string
  readonly model: string
  readonly usd: number
  readonly jobs: number
}

/** Keeps what services took for an attempt; told again, it counts once. */
export function recordCosts(
  db: DatabaseSync,
  { jobId, attemptId }: { readonly jobId: string; readonly attemptId: string },
  costs: readonly Cost[],
): void {
  const insert = db.prepare(
    `INSERT INTO costs (attempt_id, job_id, provider, model, usd) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (attempt_id, provider, model) DO UPDATE SET usd = excluded.usd`,
  )
  for (const { provider, model, amount } of costs) insert.run(attemptId, jobId, provider, model, amount)
}

/** What services took for the jobs submitted since a moment (ISO 8601), the dearest first. */
export function readCosts(db: DatabaseSync, since: string): readonly ProviderCosts[] {
  return db
    .prepare(
      `SELECT provider, model, sum(usd) AS usd, count(DISTINCT job_id) AS jobs
       FROM costs JOIN jobs ON jobs.id = job_id WHERE created_at >= ?
       GROUP BY provider, model ORDER BY usd DESC, provider, model`,
    )
    .all(since)
    .map(row => ({
      ...{ provider: String(row['provider']), model: String(row['model']) },
      ...{ usd: Math.round(Number(row['usd']) * 1e6) / 1e6, jobs: Number(row['jobs']) },
    }))
}
