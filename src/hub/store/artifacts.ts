import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import type { ArtifactRecord } from './records.ts'
import { integer, text, textOrNull, time } from './row.ts'

/** An artifact as its uploader sees it: it counts for nobody else until it is whole. */
export interface StoredArtifact extends ArtifactRecord {
  readonly jobId: number
  readonly whole: boolean
}

export interface NewArtifact {
  readonly runId: number
  readonly attempt: number
  readonly jobId: number
  readonly name: string
  readonly blobId: string
  readonly contentType: string
  readonly expiresMs: Millis
}

export function insertArtifact(db: Database, artifact: NewArtifact, now: Millis): void {
  db.run(
    `INSERT INTO artifact (run_id, attempt, job_id, name, blob_id, content_type, created_ms, expires_ms)
     VALUES (:runId, :attempt, :jobId, :name, :blobId, :contentType, :now, :expiresMs)`,
    { ...artifact, now },
  )
}

/** False when it was whole already. */
export function completeArtifact(
  db: Database,
  id: number,
  content: { readonly size: number; readonly digest: string | null },
): boolean {
  const { changes } = db.run(
    'UPDATE artifact SET size = :size, digest = :digest WHERE id = :id AND size IS NULL',
    { id, ...content },
  )
  return changes === 1
}

export function deleteArtifact(db: Database, id: number): void {
  db.run('DELETE FROM artifact WHERE id = :id', { id })
}

/** The one of that name that this attempt of the run has made, or is making. */
export function findArtifactOfAttempt(
  db: Database,
  run: { readonly id: number; readonly runAttempt: number },
  name: string,
): StoredArtifact | null {
  const row = db.get('SELECT * FROM artifact WHERE run_id = :runId AND attempt = :attempt AND name = :name', {
    runId: run.id,
    attempt: run.runAttempt,
    name,
  })
  return row && storedArtifact(row)
}

/** The newest whole one of that name, whichever attempt of the run made it. */
export function findArtifact(db: Database, runId: number, name: string): StoredArtifact | null {
  const row = db.get(
    `SELECT * FROM artifact WHERE run_id = :runId AND name = :name AND size IS NOT NULL
     ORDER BY attempt DESC LIMIT 1`,
    { runId, name },
  )
  return row && storedArtifact(row)
}

/** The whole ones of a run, oldest first. */
export function artifactsOfRun(db: Database, runId: number): readonly StoredArtifact[] {
  return db
    .all('SELECT * FROM artifact WHERE run_id = :runId AND size IS NOT NULL ORDER BY id', { runId })
    .map(storedArtifact)
}

/** Blobs of the artifacts whose time ran out after `since` and until `now`. */
export function expiredArtifactBlobs(db: Database, since: Millis, now: Millis): readonly string[] {
  return db
    .all('SELECT blob_id FROM artifact WHERE expires_ms > :since AND expires_ms <= :now', { since, now })
    .map(row => text(row, 'blob_id'))
}

function storedArtifact(row: Row): StoredArtifact {
  return { ...artifactRecord(row), jobId: integer(row, 'job_id'), whole: row['size'] !== null }
}

export function artifactRecord(row: Row): ArtifactRecord {
  return {
    id: integer(row, 'id'),
    runId: integer(row, 'run_id'),
    name: text(row, 'name'),
    sizeBytes: integer(row, 'size'),
    digest: textOrNull(row, 'digest'),
    blobId: text(row, 'blob_id'),
    contentType: text(row, 'content_type'),
    createdAt: time(row, 'created_ms'),
    expiresAt: time(row, 'expires_ms'),
  }
}
