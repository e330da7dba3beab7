import type { Millis } from '../../base/clock.ts'
import type { Database, Row } from './database.ts'
import { text, time } from './row.ts'

/** What may be told of a secret. */
export interface SecretRecord {
  readonly name: string
  readonly createdAt: string
  readonly updatedAt: string
}

/** True when there was none of that name. */
export function putSecret(db: Database, name: string, encrypted: Uint8Array, now: Millis): boolean {
  return db.transaction(() => {
    const isNew = findSecret(db, name) === null
    db.run(
      `INSERT INTO secret (name, encrypted, created_ms, updated_ms) VALUES (:name, :encrypted, :now, :now)
       ON CONFLICT (name) DO UPDATE SET encrypted = excluded.encrypted, updated_ms = excluded.updated_ms`,
      { name, encrypted, now },
    )
    return isNew
  })
}

export function deleteSecret(db: Database, name: string): boolean {
  return db.run('DELETE FROM secret WHERE name = :name', { name }).changes === 1
}

export function findSecret(db: Database, name: string): SecretRecord | null {
  const row = db.get('SELECT name, created_ms, updated_ms FROM secret WHERE name = :name', { name })
  return row && secretRecord(row)
}

export function allSecrets(db: Database): readonly SecretRecord[] {
  return db.all('SELECT name, created_ms, updated_ms FROM secret ORDER BY name').map(secretRecord)
}

export function encryptedSecrets(db: Database): readonly (readonly [name: string, encrypted: Uint8Array])[] {
  return db.all('SELECT name, encrypted FROM secret ORDER BY name').map(row => {
    const { encrypted } = row
    if (!(encrypted instanceof Uint8Array)) throw new Error(`secret ${text(row, 'name')} holds no bytes`)
    return [text(row, 'name'), encrypted]
  })
}

function secretRecord(row: Row): SecretRecord {
  return { name: text(row, 'name'), createdAt: time(row, 'created_ms'), updatedAt: time(row, 'updated_ms') }
}
