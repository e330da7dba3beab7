import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import type { Page, PageQuery } from './records.ts'
import { integer, integerOrNull, text, time } from './row.ts'

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

/** A whole entry as its owner sees it. */
export interface CacheRecord {
  readonly id: number
  readonly key: string
  readonly version: string
  readonly ref: string
  readonly blobId: string
  readonly sizeBytes: number
  readonly createdAt: string
  readonly usedAt: string
}

export interface CacheFilter {
  /** Entries whose key begins so. */
  readonly prefix?: string
  readonly ref?: string
  readonly sort: keyof typeof sortColumns
  readonly descending: boolean
}

export interface CacheUsage {
  readonly count: number
  readonly sizeBytes: number
}

/** GitHub's words for the orders of the list. */
export const sortColumns = {
  created_at: 'created_ms',
  last_accessed_at: 'used_ms',
  size_in_bytes: 'size',
} as const

export function listCaches(
  db: Database,
  { prefix, ref, sort, descending }: CacheFilter,
  { page, perPage }: PageQuery,
): Page<CacheRecord> {
  const values = { prefix: prefix ?? '', ref: ref ?? null }
  const where = `size IS NOT NULL AND (:ref IS NULL OR ref = :ref) AND substr(key, 1, length(:prefix)) = :prefix`
  const direction = descending ? 'DESC' : 'ASC'
  const rows = db.all(
    `SELECT * FROM cache_entry WHERE ${where} ORDER BY ${sortColumns[sort]} ${direction}, id ${direction}
     LIMIT :limit OFFSET :offset`,
    { ...values, limit: perPage, offset: (page - 1) * perPage },
  )
  const count = db.get(`SELECT count(*) AS total FROM cache_entry WHERE ${where}`, values)
  return { totalCount: count ? integer(count, 'total') : 0, items: rows.map(cacheRecord) }
}

export function findCacheById(db: Database, id: number): CacheRecord | null {
  const row = db.get('SELECT * FROM cache_entry WHERE id = :id AND size IS NOT NULL', { id })
  return row && cacheRecord(row)
}

export function cacheUsage(db: Database): CacheUsage {
  const row = db.get(
    'SELECT count(*) AS total, coalesce(sum(size), 0) AS bytes FROM cache_entry WHERE size IS NOT NULL',
  )
  return row ? { count: integer(row, 'total'), sizeBytes: integer(row, 'bytes') } : { count: 0, sizeBytes: 0 }
}

function cacheRecord(row: Row): CacheRecord {
  return {
    id: integer(row, 'id'),
    key: text(row, 'key'),
    version: text(row, 'version'),
    ref: text(row, 'ref'),
    blobId: text(row, 'blob_id'),
    sizeBytes: integer(row, 'size'),
    createdAt: time(row, 'created_ms'),
    usedAt: time(row, 'used_ms'),
  }
}
