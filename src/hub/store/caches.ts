import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import { integer, integerOrNull, text } from './row.ts'

/** A cache entry: `key` within one `version` (a hash of paths and compression) and one ref. */
export interface CacheEntry {
  readonly id: number
  readonly key: string
  readonly jobId: number
  readonly blobId: string
  /** null until it is whole. */
  readonly size: number | null
}

export interface CacheScope {
  readonly ref: string
  readonly version: string
}

export function insertCacheEntry(
  db: Database,
  entry: CacheScope & Pick<CacheEntry, 'key' | 'jobId' | 'blobId'>,
  now: Millis,
): void {
  db.run(
    `INSERT INTO cache_entry (key, version, ref, job_id, blob_id, created_ms, used_ms)
     VALUES (:key, :version, :ref, :jobId, :blobId, :now, :now)`,
    { ...entry, now },
  )
}

export function completeCacheEntry(db: Database, id: number, size: number): void {
  db.run('UPDATE cache_entry SET size = :size WHERE id = :id AND size IS NULL', { id, size })
}

export function deleteCacheEntry(db: Database, id: number): void {
  db.run('DELETE FROM cache_entry WHERE id = :id', { id })
}

export function touchCacheEntry(db: Database, id: number, now: Millis): void {
  db.run('UPDATE cache_entry SET used_ms = :now WHERE id = :id', { id, now })
}

/** Whole or not. */
export function findCacheEntry(db: Database, { ref, version }: CacheScope, key: string): CacheEntry | null {
  const row = db.get('SELECT * FROM cache_entry WHERE ref = :ref AND version = :version AND key = :key', {
    ref,
    version,
    key,
  })
  return row && cacheEntry(row)
}

/** The newest whole entry whose key begins with `prefix`. */
export function findCacheByPrefix(
  db: Database,
  { ref, version }: CacheScope,
  prefix: string,
): CacheEntry | null {
  const row = db.get(
    `SELECT * FROM cache_entry
     WHERE ref = :ref AND version = :version AND size IS NOT NULL AND substr(key, 1, length(:prefix)) = :prefix
     ORDER BY created_ms DESC, id DESC LIMIT 1`,
    { ref, version, prefix },
  )
  return row && cacheEntry(row)
}

/** The entries beyond a total size in bytes, those longest unused first to go. */
export function cacheEntriesBeyond(db: Database, limit: number): readonly CacheEntry[] {
  return db
    .all(
      `SELECT * FROM (
         SELECT *, sum(size) OVER (ORDER BY used_ms DESC, id DESC) AS total FROM cache_entry WHERE size IS NOT NULL
       ) WHERE total > :limit`,
      { limit },
    )
    .map(cacheEntry)
}

function cacheEntry(row: Row): CacheEntry {
  return {
    id: integer(row, 'id'),
    key: text(row, 'key'),
    jobId: integer(row, 'job_id'),
    blobId: text(row, 'blob_id'),
    size: integerOrNull(row, 'size'),
  }
}
