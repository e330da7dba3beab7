import {
  type CacheFilter,
  type CacheRecord,
  type CacheUsage,
  cacheUsage,
  deleteCacheEntry,
  findCacheById,
  listCaches,
} from '../store/caches.ts'
import type { Database } from '../store/database.ts'
import type { Page, PageQuery } from '../store/records.ts'
import type { BlobStore } from './blobs.ts'

/** The cache as its owner sees it: whole entries only. */
export class Caches {
  readonly #db: Database
  readonly #blobs: BlobStore

  constructor(db: Database, blobs: BlobStore) {
    this.#db = db
    this.#blobs = blobs
  }

  list(filter: CacheFilter, page: PageQuery): Page<CacheRecord> {
    return listCaches(this.#db, filter, page)
  }

  usage(): CacheUsage {
    return cacheUsage(this.#db)
  }

  find(id: number): CacheRecord | null {
    return findCacheById(this.#db, id)
  }

  remove(entry: CacheRecord): void {
    deleteCacheEntry(this.#db, entry.id)
    this.#blobs.remove(entry.blobId)
  }
}
