import type { Millis } from '../../base/clock.ts'
import type { Database } from './database.ts'

export interface Transition {
  readonly runId: number
  /** null: of the run itself. */
  readonly jobId: number | null
  readonly state: string
  /** A conclusion, or why. */
  readonly reason: string | null
}

/** Called in the transaction that makes the change, and only when it did change something. */
export function recordTransition(db: Database, transition: Transition, now: Millis): void {
  db.run(
    `INSERT INTO transition (at_ms, run_id, job_id, state, reason)
     VALUES (:now, :runId, :jobId, :state, :reason)`,
    { ...transition, now },
  )
}
