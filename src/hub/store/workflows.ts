import type { Database } from './database.ts'
import { flag, integer } from './row.ts'

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
