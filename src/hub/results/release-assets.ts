import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Clock } from '../../base/clock.ts'
import { BodyTooLarge, isHangUp } from '../request-body.ts'
import { deleteBlob, insertBlob } from '../store/blobs.ts'
import type { Database } from '../store/database.ts'
import {
  type AssetRecord,
  assetsOfRelease,
  countDownload,
  deleteAssetRow,
  findAsset,
  findAssetByName,
  insertAsset,
  type NewAsset,
  updateAsset,
} from '../store/release-assets.ts'
import { deleteReleaseRow, releaseExists } from '../store/releases.ts'
import { largestBlob } from './blob-routes.ts'
import type { BlobStore } from './blobs.ts'

export type Upload = Pick<NewAsset, 'releaseId' | 'name' | 'label' | 'contentType'>

export type UploadOutcome =
  | { readonly kind: 'uploaded'; readonly asset: AssetRecord }
  | { readonly kind: 'refused'; readonly why: UploadRefusal }

export type UploadRefusal = 'name_taken' | 'too_many' | 'too_large' | 'empty' | 'broken_off' | 'release_gone'

/** GitHub's limit per release. */
const mostAssets = 1000

/** The files of releases: a row and its bytes come together and go together. */
export class ReleaseAssets {
  readonly #db: Database
  readonly #blobs: BlobStore
  readonly #now: Clock

  constructor(db: Database, blobs: BlobStore, now: Clock) {
    this.#db = db
    this.#blobs = blobs
    this.#now = now
  }

  /** Streams `body` to disk. Unless it arrives whole and is taken, nothing is left of it. */
  async upload(upload: Upload, body: Readable): Promise<UploadOutcome> {
    const early = this.#refusal(upload)
    if (early) return { kind: 'refused', why: early }
    const blobId = randomUUID()
    const received = await this.#receive(blobId, body)
    const outcome =
      'why' in received
        ? ({ kind: 'refused', why: received.why } as const)
        : this.#store({ ...upload, ...received, blobId })
    if (outcome.kind === 'refused') this.#blobs.remove(blobId)
    return outcome
  }

  async #receive(
    blobId: string,
    body: Readable,
  ): Promise<Pick<NewAsset, 'sizeBytes' | 'digest'> | { readonly why: UploadRefusal }> {
    const hash = createHash('sha256')
    let sizeBytes = 0
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        hash.update(chunk)
        sizeBytes += chunk.length
        yield chunk
      }
    }
    try {
      await this.#blobs.files.put(blobId, Readable.from(counted()), largestBlob.release_asset)
    } catch (error) {
      if (error instanceof BodyTooLarge) return { why: 'too_large' }
      if (isHangUp(error)) return { why: 'broken_off' }
      throw error
    }
    return sizeBytes === 0 ? { why: 'empty' } : { sizeBytes, digest: `sha256:${hash.digest('hex')}` }
  }

  /** The name may have been taken, and the release deleted, while the bytes came in. */
  #store(asset: NewAsset): UploadOutcome {
    return this.#db.transaction(() => {
      const why = this.#refusal(asset)
      if (why) return { kind: 'refused', why }
      const now = this.#now()
      insertBlob(this.#db, { id: asset.blobId, kind: 'release_asset', jobId: null, stepId: '' }, now)
      const stored = findAsset(this.#db, insertAsset(this.#db, asset, now))
      if (!stored) throw new Error(`the asset ${asset.name} was not stored`)
      return { kind: 'uploaded', asset: stored }
    })
  }

  #refusal({ releaseId, name }: Upload): UploadRefusal | null {
    if (!releaseExists(this.#db, releaseId)) return 'release_gone'
    if (findAssetByName(this.#db, releaseId, name)) return 'name_taken'
    return assetsOfRelease(this.#db, releaseId).length >= mostAssets ? 'too_many' : null
  }

  find(id: number): AssetRecord | null {
    return findAsset(this.#db, id)
  }

  /** Oldest first. */
  of(releaseId: number): readonly AssetRecord[] {
    return assetsOfRelease(this.#db, releaseId)
  }

  rename(asset: Pick<AssetRecord, 'id' | 'releaseId' | 'name' | 'label'>): 'renamed' | 'name_taken' {
    return this.#db.transaction(() => {
      const rival = findAssetByName(this.#db, asset.releaseId, asset.name)
      if (rival && rival.id !== asset.id) return 'name_taken'
      updateAsset(this.#db, asset, this.#now())
      return 'renamed'
    })
  }

  /** A link that needs no token. Giving it counts as a download. */
  downloadUrl({ id, blobId, contentType, name }: AssetRecord): string {
    countDownload(this.#db, id)
    return this.#blobs.downloadUrl(blobId, { contentType, fileName: name })
  }

  remove(asset: AssetRecord): void {
    this.#db.transaction(() => this.#deleteRows(asset))
    this.#blobs.files.remove(asset.blobId)
  }

  /** The release with all its files. */
  removeRelease(releaseId: number): void {
    const assets = this.of(releaseId)
    this.#db.transaction(() => {
      for (const asset of assets) this.#deleteRows(asset)
      deleteReleaseRow(this.#db, releaseId)
    })
    for (const { blobId } of assets) this.#blobs.files.remove(blobId)
  }

  #deleteRows({ id, blobId }: AssetRecord): void {
    deleteAssetRow(this.#db, id)
    deleteBlob(this.#db, blobId)
  }
}
