import type { Clock, Millis } from '../../base/clock.ts'
import type { Conclusion, RunStatus } from '../../model/run.ts'
import { insertAnnotation } from './annotations.ts'
import type { Database, Row } from './database.ts'
import { deleteCheckRuns } from './delete-run.ts'
import type { AnnotationRecord, CheckOutput, CheckRunRecord } from './records.ts'
import { flag, integer, integerOrNull, text, textOrNull, timeOrNull } from './row.ts'

/** What a client says of a check run; what is left out stays. */
export interface CheckRunChange {
  readonly fields: {
    readonly name?: string
    readonly externalId?: string
    readonly detailsUrl?: string
    readonly status?: RunStatus
    readonly conclusion?: Conclusion | null
    readonly startedMs?: Millis
    readonly completedMs?: Millis | null
  }
  readonly output: Partial<CheckOutput>
  /** Added to those it has. */
  readonly annotations: readonly AnnotationRecord[]
}

export interface NewCheckRun {
  readonly name: string
  readonly headSha: string
  /** Of the job that makes it; null: the owner does. */
  readonly runId: number | null
}

/** GitHub's limit of those with one name in one suite: of more, the oldest are deleted. */
const mostOfOneName = 1000

/** The check runs that clients make, and what they say of those that are jobs. */
export class CheckRunStore {
  readonly #db: Database
  readonly #now: Clock

  constructor(db: Database, now: Clock) {
    this.#db = db
    this.#now = now
  }

  /** Gives its id. */
  create(made: NewCheckRun, change: CheckRunChange): number {
    return this.#db.transaction(() => {
      const { id } = this.#db.run(
        `INSERT INTO check_run (run_id, head_sha, name, external_id, status, started_ms)
         VALUES (:runId, :headSha, :name, '', 'queued', :now)`,
        { ...made, now: this.#now() },
      )
      this.update(id, change)
      this.#dropOldest(made)
      return id
    })
  }

  /** Of a job, only output and annotations are a client's to change: the rest is passed over. */
  update(id: number, { fields, output, annotations }: CheckRunChange): void {
    this.#db.transaction(() => {
      const row = this.#db.get('SELECT * FROM check_run WHERE id = :id', { id })
      if (row) this.#save(id, { ...fieldsOf(row), ...fields })
      this.#saveOutput(id, output)
      for (const annotation of annotations) insertAnnotation(this.#db, id, annotation)
    })
  }

  #save(id: number, fields: ReturnType<typeof fieldsOf>): void {
    const isCompleted = fields.status === 'completed'
    this.#db.run(
      `UPDATE check_run SET name = :name, external_id = :externalId, details_url = :detailsUrl, status = :status,
         conclusion = :conclusion, started_ms = :startedMs, completed_ms = :completedMs
       WHERE id = :id`,
      {
        ...fields,
        id,
        conclusion: isCompleted ? fields.conclusion : null,
        completedMs: isCompleted ? (fields.completedMs ?? this.#now()) : null,
      },
    )
  }

  #saveOutput(id: number, output: Partial<CheckOutput>): void {
    this.#db.run(
      `INSERT INTO check_output (check_run_id, title, summary, text) VALUES (:id, :title, :summary, :text)
       ON CONFLICT (check_run_id) DO UPDATE SET title = coalesce(excluded.title, title),
         summary = coalesce(excluded.summary, summary), text = coalesce(excluded.text, text)`,
      { title: null, summary: null, text: null, ...output, id },
    )
  }

  #dropOldest({ headSha, name, runId }: NewCheckRun): void {
    const old = `SELECT id FROM check_run WHERE head_sha = :headSha AND name = :name AND run_id IS :runId
      ORDER BY id DESC LIMIT -1 OFFSET :most`
    deleteCheckRuns(this.#db, old, { headSha, name, runId, most: mostOfOneName })
  }
}

function fieldsOf(row: Row) {
  return {
    name: text(row, 'name'),
    externalId: text(row, 'external_id'),
    detailsUrl: textOrNull(row, 'details_url'),
    status: text(row, 'status') as RunStatus,
    conclusion: textOrNull(row, 'conclusion') as Conclusion | null,
    startedMs: integerOrNull(row, 'started_ms'),
    completedMs: integerOrNull(row, 'completed_ms'),
  }
}

/** A row of the view `any_check_run`. */
export function checkRunRecord(row: Row): CheckRunRecord {
  return {
    id: integer(row, 'id'),
    isJob: flag(row, 'is_job'),
    runId: integerOrNull(row, 'run_id'),
    headSha: text(row, 'head_sha'),
    name: text(row, 'name'),
    externalId: text(row, 'external_id'),
    detailsUrl: textOrNull(row, 'details_url'),
    status: text(row, 'status') as RunStatus,
    conclusion: textOrNull(row, 'conclusion') as Conclusion | null,
    startedAt: timeOrNull(row, 'started_ms'),
    completedAt: timeOrNull(row, 'completed_ms'),
    output: {
      title: textOrNull(row, 'output_title'),
      summary: textOrNull(row, 'output_summary'),
      text: textOrNull(row, 'output_text'),
    },
    annotationsCount: integer(row, 'annotations'),
  }
}
