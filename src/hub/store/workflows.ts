import type { Database } from './database.ts'
import type { WorkflowOfRuns } from './records.ts'
import { flag, integer, text, time } from './row.ts'

/** Counts per workflow, from 1; the number of a run that was deleted is not given again, as on GitHub. */
export function nextRunNumber(db: Database, path: string): number {
  const row = db.get(
    `INSERT INTO workflow (path, last_run_number) VALUES (:path, 1)
     ON CONFLICT (path) DO UPDATE SET last_run_number = last_run_number + 1
     RETURNING last_run_number`,
    { path },
  )
  if (!row) throw new Error(`no number for a run of ${path}`)
  return integer(row, 'last_run_number')
}

/** Where runs were started from, whether or not the file is still there, with the name of the newest run. */
export function workflowsOfRuns(db: Database): readonly WorkflowOfRuns[] {
  return db
    .all('SELECT * FROM run WHERE id IN (SELECT max(id) FROM run GROUP BY workflow_path)')
    .map(row => ({
      path: text(row, 'workflow_path'),
      name: text(row, 'workflow_name'),
      startedAt: time(row, 'created_ms'),
    }))
}

export function isWorkflowDisabled(db: Database, path: string): boolean {
  const row = db.get('SELECT disabled FROM workflow WHERE path = :path', { path })
  return row !== null && flag(row, 'disabled')
}

export function setWorkflowDisabled(db: Database, path: string, disabled: boolean): void {
  db.run(
    `INSERT INTO workflow (path, disabled) VALUES (:path, :disabled)
     ON CONFLICT (path) DO UPDATE SET disabled = excluded.disabled`,
    { path, disabled: disabled ? 1 : 0 },
  )
}
