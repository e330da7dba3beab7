import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Millis } from '../../base/clock.ts'
import type { Signer } from '../signing.ts'
import { type BlobKind, type BlobRow, deleteBlob, findBlob, insertBlob } from '../store/blobs.ts'
import type { Database } from '../store/database.ts'
import type { StoredJob } from '../store/jobs.ts'
import { findJob } from '../store/jobs.ts'
import { BlobFiles } from './blob-files.ts'
import { signedUrl } from './signed-urls.ts'

const hourSeconds = 3600

/** Blobs as the results service uses them: a row, a file, and URLs to write and read it. */
export class BlobStore {
  readonly files: BlobFiles
  readonly #db: Database
  readonly #signer: Signer
  readonly #baseUrl: () => string
  readonly #now: () => Millis

  constructor(parts: {
    readonly stateDir: string
    readonly db: Database
    readonly signer: Signer
    readonly baseUrl: () => string
    readonly now: () => Millis
  }) {
    this.files = new BlobFiles(join(parts.stateDir, 'blobs'))
    this.#db = parts.db
    this.#signer = parts.signer
    this.#baseUrl = parts.baseUrl
    this.#now = parts.now
  }

  create(kind: BlobKind, job: StoredJob, stepId = ''): string {
    const id = randomUUID()
    insertBlob(this.#db, { id, kind, jobId: job.id, stepId }, this.#now())
    return id
  }

  remove(id: string): void {
    deleteBlob(this.#db, id)
    this.files.remove(id)
  }

  /** Good for as long as the job may run; the blob is closed to writing as soon as the job has ended. */
  uploadUrl(id: string, job: StoredJob): string {
    const limitSeconds = Math.ceil(job.timeoutMinutes * 60) + hourSeconds
    const expires = Math.floor((job.startedMs ?? this.#now()) / 1000) + limitSeconds
    const grant = { blobId: id, method: 'PUT', expires, contentType: '', fileName: '' } as const
    return signedUrl(this.#signer, this.#baseUrl(), grant)
  }

  downloadUrl(id: string, shown: { readonly contentType: string; readonly fileName: string }): string {
    const expires = Math.floor(this.#now() / 1000) + hourSeconds
    return signedUrl(this.#signer, this.#baseUrl(), { blobId: id, method: 'GET', expires, ...shown })
  }

  /** Drops what uploads left behind that can no longer end. For the start of a hub. */
  dropLeftovers(): void {
    this.files.dropOrphans(id => findBlob(this.#db, id) !== null)
    this.files.dropBlocks(id => {
      const blob = findBlob(this.#db, id)
      return !blob || this.writer(blob) === null
    })
  }

  /** The job that may write the blob: null once it has ended. */
  writer(blob: BlobRow): StoredJob | null {
    const job = blob.jobId === null ? null : findJob(this.#db, blob.jobId)
    return job?.status === 'in_progress' ? job : null
  }
}
