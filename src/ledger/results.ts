import type { DatabaseSync } from 'node:sqlite'
import { recordCosts } from './costs.ts'
import type { FetchedResult } from './records.ts'

/** To be called in a transaction. A run's result has a folder of its own: who brings it again changes nothing. */
export function recordResult(db: DatabaseSync, fetched: FetchedResult): boolean {
  const { attemptId, runId, directory, result, now } = fetched
  recordCosts(db, fetched, result.costs)
  const { changes } = db
    .prepare(
      `INSERT INTO results (job_id, attempt_id, directory, result, fetched_at)
       SELECT job_id, id, :directory, :result, :now FROM attempts WHERE id = :attemptId AND run_id IS :runId
         AND NOT EXISTS (SELECT 1 FROM attempts AS later WHERE later.job_id = attempts.job_id AND later.number > attempts.number)
       ON CONFLICT (job_id) DO UPDATE SET attempt_id = excluded.attempt_id, directory = excluded.directory,
         result = excluded.result, fetched_at = excluded.fetched_at
       WHERE results.directory <> excluded.directory`,
    )
    .run({ attemptId, runId, directory, result: JSON.stringify(result), now })
  return changes === 1
}
