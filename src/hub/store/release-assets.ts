import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import { integer, text, time } from './row.ts'

/** A file attached to a release; it is there only once it is whole. */
export interface AssetRecord {
  readonly id: number
  readonly releaseId: number
  readonly name: string
  readonly label: string
  readonly contentType: string
  readonly sizeBytes: number
  /** `sha256:…` */
  readonly digest: string
  readonly blobId: string
  readonly downloadCount: number
  readonly createdAt: string
  readonly updatedAt: string
}

export type NewAsset = Omit<AssetRecord, 'id' | 'downloadCount' | 'createdAt' | 'updatedAt'>

/** Gives its id. */
export function insertAsset(db: Database, asset: NewAsset, now: Millis): number {
  return db.run(
    `INSERT INTO release_asset (release_id, name, label, content_type, size, digest, blob_id, created_ms, updated_ms)
     VALUES (:releaseId, :name, :label, :contentType, :sizeBytes, :digest, :blobId, :now, :now)`,
    { ...asset, now },
  ).id
}

export function updateAsset(
  db: Database,
  { id, name, label }: Pick<AssetRecord, 'id' | 'name' | 'label'>,
  now: Millis,
): void {
  db.run('UPDATE release_asset SET name = :name, label = :label, updated_ms = :now WHERE id = :id', {
    id,
    name,
    label,
    now,
  })
}

export function countDownload(db: Database, id: number): void {
  db.run('UPDATE release_asset SET download_count = download_count + 1 WHERE id = :id', { id })
}

export function findAsset(db: Database, id: number): AssetRecord | null {
  const row = db.get('SELECT * FROM release_asset WHERE id = :id', { id })
  return row && assetRecord(row)
}

export function findAssetByName(db: Database, releaseId: number, name: string): AssetRecord | null {
  const row = db.get('SELECT * FROM release_asset WHERE release_id = :releaseId AND name = :name', {
    releaseId,
    name,
  })
  return row && assetRecord(row)
}

/** Oldest first. */
export function assetsOfRelease(db: Database, releaseId: number): readonly AssetRecord[] {
  return db
    .all('SELECT * FROM release_asset WHERE release_id = :releaseId ORDER BY id', { releaseId })
    .map(assetRecord)
}

export function deleteAssetRow(db: Database, id: number): void {
  db.run('DELETE FROM release_asset WHERE id = :id', { id })
}

function assetRecord(row: Row): AssetRecord {
  return {
    id: integer(row, 'id'),
    releaseId: integer(row, 'release_id'),
    name: text(row, 'name'),
    label: text(row, 'label'),
    contentType: text(row, 'content_type'),
    sizeBytes: integer(row, 'size'),
    digest: text(row, 'digest'),
    blobId: text(row, 'blob_id'),
    downloadCount: integer(row, 'download_count'),
    createdAt: time(row, 'created_ms'),
    updatedAt: time(row, 'updated_ms'),
  }
}
