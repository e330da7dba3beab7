import { cacheService } from '../../protocol/results-service.ts'
import {
  type CacheEntry,
  type CacheScope,
  cacheEntriesBeyond,
  completeCacheEntry,
  deleteCacheEntry,
  findCacheByPrefix,
  findCacheEntry,
  insertCacheEntry,
  touchCacheEntry,
} from '../store/caches.ts'
import type { Database } from '../store/database.ts'
import { findJob } from '../store/jobs.ts'
import { listOf, optional, shape, text, whole } from '../untrusted.ts'
import type { BlobStore } from './blobs.ts'
import { type Caller, refused, type TwirpMethod, twirpMethod } from './twirp.ts'

/** Bytes; GitHub keeps 10 GiB per repository and drops what was longest unused. */
const largestCache = 10 * 1024 ** 3

const key = text(512, 1)
const version = text(512, 1)
const createRequest = shape({ key, version })
const finalizeRequest = shape({ key, version, size_bytes: optional(whole, 0) })
const lookupRequest = shape({ key, version, restore_keys: listOf(text(512), 100) })

/** The cache, as `@actions/cache` asks for it (docs/protocol.md, "Caches"). */
export function cacheMethods(db: Database, blobs: BlobStore, defaultBranch: string): readonly TwirpMethod[] {
  return [
    twirpMethod(cacheService, 'CreateCacheEntry', createRequest, ({ job, run, now }, request) => {
      const scope = { ref: run.ref, version: request.version }
      const rival = findCacheEntry(db, scope, request.key)
      if (rival && !isAbandoned(db, rival)) {
        return refused('already_exists', `a cache entry with key '${request.key}' is there or being made`)
      }
      const blobId = db.transaction(() => {
        if (rival) deleteCacheEntry(db, rival.id)
        const id = blobs.create('cache', job)
        insertCacheEntry(db, { ...scope, key: request.key, jobId: job.id, blobId: id }, now)
        return id
      })
      if (rival) blobs.remove(rival.blobId)
      return { ok: true, signed_upload_url: blobs.uploadUrl(blobId, job) }
    }),
    twirpMethod(cacheService, 'FinalizeCacheEntryUpload', finalizeRequest, async ({ job, run }, request) => {
      const entry = findCacheEntry(db, { ref: run.ref, version: request.version }, request.key)
      if (entry?.jobId !== job.id) return refused('not_found', `no upload with key '${request.key}'`)
      const stored = await blobs.files.size(entry.blobId)
      if (stored !== request.size_bytes) {
        return refused('invalid_argument', `${request.size_bytes} bytes expected, ${stored ?? 0} arrived`)
      }
      completeCacheEntry(db, entry.id, stored)
      makeRoom(db, blobs)
      return { ok: true, entry_id: String(entry.id) }
    }),
    twirpMethod(cacheService, 'GetCacheEntryDownloadURL', lookupRequest, (caller, request) => {
      const entry = lookUp(db, caller, `refs/heads/${defaultBranch}`, request)
      if (!entry) return { ok: false, signed_download_url: '', matched_key: '' }
      touchCacheEntry(db, entry.id, caller.now)
      const shown = { contentType: 'application/octet-stream', fileName: 'cache' }
      return { ok: true, signed_download_url: blobs.downloadUrl(entry.blobId, shown), matched_key: entry.key }
    }),
  ]
}

/** The run's own ref before the default branch; in each, the exact key before prefixes, and those in order. */
function lookUp(
  db: Database,
  { run }: Caller,
  defaultRef: string,
  request: ReturnType<typeof lookupRequest>,
): CacheEntry | null {
  for (const ref of new Set([run.ref, defaultRef])) {
    const scope: CacheScope = { ref, version: request.version }
    const exact = findCacheEntry(db, scope, request.key)
    if (exact && exact.size !== null) return exact
    for (const prefix of [request.key, ...request.restore_keys]) {
      const found = findCacheByPrefix(db, scope, prefix)
      if (found) return found
    }
  }
  return null
}

/** An upload that its job did not finish while it could. */
function isAbandoned(db: Database, entry: CacheEntry): boolean {
  return entry.size === null && findJob(db, entry.jobId)?.status !== 'in_progress'
}

function makeRoom(db: Database, blobs: BlobStore): void {
  for (const entry of cacheEntriesBeyond(db, largestCache)) {
    deleteCacheEntry(db, entry.id)
    blobs.remove(entry.blobId)
  }
}
