import type { Millis } from '../../base/clock.ts'
import { expiredArtifactBlobs } from '../store/artifacts.ts'
import type { Database } from '../store/database.ts'
import type { BlobFiles } from './blob-files.ts'

const hour = 3600 * 1000

/** Frees the bytes of artifacts whose time is over. Their rows stay, as GitHub goes on listing them as expired. */
export class ArtifactRetention {
  readonly #db: Database
  readonly #files: BlobFiles
  /** From the beginning, after a start: what expired while the hub was down goes first. */
  #sweptUntil: Millis = 0

  constructor(db: Database, files: BlobFiles) {
    this.#db = db
    this.#files = files
  }

  tick(now: Millis): void {
    if (now - this.#sweptUntil < hour) return
    for (const blobId of expiredArtifactBlobs(this.#db, this.#sweptUntil, now)) this.#files.remove(blobId)
    this.#sweptUntil = now
  }
}
