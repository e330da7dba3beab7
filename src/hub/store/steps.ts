import type { Millis } from '../../base/clock.ts'
import type { Conclusion, RunStatus } from '../../model/run.ts'
import type { Database, Row } from './database.ts'
import type { StepRecord } from './records.ts'
import { integer, text, textOrNull, timeOrNull } from './row.ts'

export interface StepChange {
  readonly externalId: string
  readonly number: number
  readonly name: string
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  readonly startedMs: Millis | null
  readonly completedMs: Millis | null
}

/** Updates may arrive out of order: for each step, the one with the greatest `changeOrder` stays. */
export function saveStep(db: Database, jobId: number, step: StepChange, changeOrder: number): void {
  db.run(
    `INSERT INTO step (job_id, external_id, number, name, status, conclusion, started_ms, completed_ms, change_order)
     VALUES (:jobId, :externalId, :number, :name, :status, :conclusion, :startedMs, :completedMs, :changeOrder)
     ON CONFLICT (job_id, external_id) DO UPDATE SET
       number = excluded.number, name = excluded.name, status = excluded.status, conclusion = excluded.conclusion,
       started_ms = coalesce(excluded.started_ms, started_ms),
       completed_ms = coalesce(excluded.completed_ms, completed_ms), change_order = excluded.change_order
     WHERE excluded.change_order > change_order`,
    { ...step, jobId, changeOrder },
  )
}

/** What a job's end makes of the steps its runner did not finish: the running one gets `running`, the rest are skipped. */
export function closeSteps(db: Database, jobId: number, running: 'failure' | 'cancelled', now: Millis): void {
  db.run(
    `UPDATE step SET status = 'completed', completed_ms = :now,
       conclusion = iif(status = 'in_progress', :running, 'skipped')
     WHERE job_id = :jobId AND status <> 'completed'`,
    { jobId, running, now },
  )
}

export function stepsOfJob(db: Database, jobId: number): readonly StepRecord[] {
  return db
    .all('SELECT * FROM step WHERE job_id = :jobId ORDER BY number, external_id', { jobId })
    .map(stepRecord)
}

function stepRecord(row: Row): StepRecord {
  return {
    jobId: integer(row, 'job_id'),
    externalId: text(row, 'external_id'),
    number: integer(row, 'number'),
    name: text(row, 'name'),
    status: text(row, 'status') as RunStatus,
    conclusion: textOrNull(row, 'conclusion') as Conclusion | null,
    startedAt: timeOrNull(row, 'started_ms'),
    completedAt: timeOrNull(row, 'completed_ms'),
  }
}
