import type { DatabaseSync } from 'node:sqlite'
import { isJsonObject, parseJson } from '../base/json.ts'

/** A file of this machine, and what its job wants of it. */
export interface KeptLocalFile {
  readonly path: string
  /** Of the file itself, in hex: another file at this path is not meant. */
  readonly sha256: string
  /**
   * By the name or a label of each machine, the public keys it may be encrypted for; once it is sent, those it was encrypted
   * for. null: it is sent as it is.
   */
  readonly keys: Readonly<Record<string, string>> | null
}

/** To be called in a transaction. */
export function insertLocalFile(
  db: DatabaseSync,
  jobId: string,
  { path, sha256, keys }: KeptLocalFile,
): void {
  db.prepare('INSERT INTO local_files (job_id, path, sha256, keys) VALUES (?, ?, ?, ?)').run(
    ...[jobId, path, sha256, keys && JSON.stringify(keys)],
  )
}

export function findLocalFile(db: DatabaseSync, jobId: string): KeptLocalFile | null {
  const row = db.prepare('SELECT path, sha256, keys FROM local_files WHERE job_id = ?').get(jobId)
  if (!row) return null
  return { path: String(row['path']), sha256: String(row['sha256']), keys: readKeys(row['keys']) }
}

export interface FileMove {
  readonly jobId: string
  /** The input `file`, as it was seen and as it is to be. */
  readonly from: string
  readonly to: string
  readonly keys: KeptLocalFile['keys']
}

/** To be called in a transaction. false: another process has changed it since it was seen. */
export function moveLocalFile(db: DatabaseSync, { jobId, from, to, keys }: FileMove): boolean {
  const { changes } = db
    .prepare(
      `UPDATE jobs SET inputs = json_set(inputs, '$.file', :to)
       WHERE id = :jobId AND json_extract(inputs, '$.file') = :from`,
    )
    .run({ jobId, from, to })
  if (changes === 0) return false
  db.prepare('UPDATE local_files SET keys = ? WHERE job_id = ?').run(keys && JSON.stringify(keys), jobId)
  return true
}

function readKeys(text: unknown): KeptLocalFile['keys'] {
  if (typeof text !== 'string') return null
  const keys = parseJson(text)
  if (!isJsonObject(keys)) throw new Error('the ledger holds keys that are none')
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, String(key)]))
}
