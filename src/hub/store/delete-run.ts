import type { Database } from './database.ts'
import { text } from './row.ts'

/** Forgets a run with all its attempts. Gives the ids of the blobs whose files are now nobody's. Caches stay. */
export function deleteRunRows(db: Database, runId: number): readonly string[] {
  const ofRun = { runId }
  const jobs = 'SELECT id FROM job WHERE run_id = :runId'
  db.run('DELETE FROM artifact WHERE run_id = :runId', ofRun)
  const blobs = db.all(`DELETE FROM blob WHERE job_id IN (${jobs}) AND kind <> 'cache' RETURNING id`, ofRun)
  db.run(`DELETE FROM step WHERE job_id IN (${jobs})`, ofRun)
  deleteCheckRuns(db, jobs, ofRun)
  deleteCheckRuns(db, 'SELECT id FROM check_run WHERE run_id = :runId', ofRun)
  db.run('DELETE FROM job WHERE run_id = :runId', ofRun)
  db.run('DELETE FROM transition WHERE run_id = :runId', ofRun)
  db.run('DELETE FROM run WHERE id = :runId', ofRun)
  return blobs.map(row => text(row, 'id'))
}

/** `ids`: a query. What is said of those that are jobs goes too, but not the jobs. */
export function deleteCheckRuns(
  db: Database,
  ids: string,
  values: Readonly<Record<string, string | number | null>>,
): void {
  db.run(`DELETE FROM annotation WHERE check_run_id IN (${ids})`, values)
  db.run(`DELETE FROM check_output WHERE check_run_id IN (${ids})`, values)
  db.run(`DELETE FROM check_run WHERE id IN (${ids})`, values)
}

/** Of all attempts of a run. Gives the ids of the blobs, as above. */
export function deleteLogRows(db: Database, runId: number): readonly string[] {
  return db
    .all(
      `DELETE FROM blob WHERE job_id IN (SELECT id FROM job WHERE run_id = :runId)
         AND kind IN ('step_log', 'job_log') RETURNING id`,
      { runId },
    )
    .map(row => text(row, 'id'))
}

export function hasLogs(db: Database, runId: number): boolean {
  const found = db.get(
    `SELECT 1 FROM blob JOIN job ON job.id = blob.job_id
     WHERE job.run_id = :runId AND blob.kind IN ('step_log', 'job_log') LIMIT 1`,
    { runId },
  )
  return found !== null
}
