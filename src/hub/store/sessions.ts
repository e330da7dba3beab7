import type { Database } from './database.ts'
import { integer, text } from './row.ts'

/** A broker session: at most one per runner. Kept in the store, so that runners go on polling over a hub's restart. */
export interface Session {
  readonly id: string
  readonly runnerId: number
  /** What the runner calls itself: "HOST (PID: n)". */
  readonly owner: string
}

/** Takes the place of the runner's older session. */
export function putSession(db: Database, session: Session): void {
  db.run(
    `INSERT INTO session (id, runner_id, owner) VALUES (:id, :runnerId, :owner)
     ON CONFLICT (runner_id) DO UPDATE SET id = excluded.id, owner = excluded.owner`,
    { ...session },
  )
}

export function sessionOfRunner(db: Database, runnerId: number): Session | null {
  const row = db.get('SELECT * FROM session WHERE runner_id = :runnerId', { runnerId })
  return row && { id: text(row, 'id'), runnerId: integer(row, 'runner_id'), owner: text(row, 'owner') }
}

export function deleteSession(db: Database, runnerId: number): void {
  db.run('DELETE FROM session WHERE runner_id = :runnerId', { runnerId })
}
