import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { asError, RelayError } from '../base/errors.ts'
import { explainSqliteError } from '../base/sqlite-error.ts'
import { newestSchema } from './ledger.ts'

/** The file as it lies there. */
export interface LedgerFileHealth {
  /** With what is not yet merged into it. */
  readonly bytes: number
  /** What SQLite finds wrong with it; empty: nothing. null: it is too large to be read through in passing. */
  readonly faults: readonly string[] | null
  readonly schema: number
  readonly newestSchema: number
}

/** Reading through so much takes about a second on a Raspberry Pi. */
const mostBytes = 200_000_000

/** Looks without writing. null: there is no file. Throws what `explainSqliteError` makes of one that cannot be read now. */
export function readLedgerHealth(path: string): LedgerFileHealth | null {
  if (!existsSync(path)) return null
  const parts = [path, `${path}-wal`].filter(file => existsSync(file))
  const bytes = parts.reduce((sum, file) => sum + statSync(file).size, 0)
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: 2_000 })
    try {
      const schema = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
      return { bytes, faults: bytes > mostBytes ? null : faultsOf(db), schema, newestSchema }
    } finally {
      db.close()
    }
  } catch (thrown) {
    const error = explainSqliteError(thrown, path, 'ledger')
    // Not a database, or none any more.
    const isDamaged = error instanceof RelayError && error.code === 'internal'
    if (isDamaged) return { bytes, faults: [asError(thrown).message], schema: 0, newestSchema }
    throw error
  }
}

function faultsOf(db: DatabaseSync): readonly string[] {
  const rows = db.prepare('PRAGMA quick_check(3)').all()
  const lines = rows.flatMap(row => String(row['quick_check']).split('\n'))
  return lines.filter(line => line !== 'ok' && !line.startsWith('***'))
}
