import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import { integerOrNull, text, textOrNull } from './row.ts'

export type BlobKind = 'step_log' | 'job_log' | 'step_summary' | 'artifact' | 'cache' | 'release_asset'

/** A file under the hub's `blobs` folder, and what it is for. */
export interface BlobRow {
  readonly id: string
  readonly kind: BlobKind
  /** The job that may write it while it runs; null where it came whole, by another way. */
  readonly jobId: number | null
  /** A step's external id; '' where it belongs to no step. */
  readonly stepId: string
  /** Hash of the block list it was assembled from; null when it was not. */
  readonly committed: string | null
}

export function insertBlob(db: Database, blob: Omit<BlobRow, 'committed'>, now: Millis): void {
  db.run(
    'INSERT INTO blob (id, kind, job_id, step_id, created_ms) VALUES (:id, :kind, :jobId, :stepId, :now)',
    { ...blob, now },
  )
}

export function setCommitted(db: Database, id: string, committed: string): void {
  db.run('UPDATE blob SET committed = :committed WHERE id = :id', { id, committed })
}

export function deleteBlob(db: Database, id: string): void {
  db.run('DELETE FROM blob WHERE id = :id', { id })
}

export function findBlob(db: Database, id: string): BlobRow | null {
  const row = db.get('SELECT * FROM blob WHERE id = :id', { id })
  return row && blobRow(row)
}

export function findBlobOf(
  db: Database,
  owner: { readonly kind: BlobKind; readonly jobId: number; readonly stepId: string },
): BlobRow | null {
  const row = db.get('SELECT * FROM blob WHERE kind = :kind AND job_id = :jobId AND step_id = :stepId', {
    ...owner,
  })
  return row && blobRow(row)
}

/** In the order of their steps; those of steps the hub has not heard of yet come last, as they came. */
export function blobsOfSteps(
  db: Database,
  jobId: number,
  kind: 'step_log' | 'step_summary',
): readonly BlobRow[] {
  return db
    .all(
      `SELECT blob.* FROM blob LEFT JOIN step ON step.job_id = blob.job_id AND step.external_id = blob.step_id
       WHERE blob.job_id = :jobId AND blob.kind = :kind
       ORDER BY step.number IS NULL, step.number, blob.created_ms, blob.rowid`,
      { jobId, kind },
    )
    .map(blobRow)
}

function blobRow(row: Row): BlobRow {
  return {
    id: text(row, 'id'),
    kind: text(row, 'kind') as BlobKind,
    jobId: integerOrNull(row, 'job_id'),
    stepId: text(row, 'step_id'),
    committed: textOrNull(row, 'committed'),
  }
}
