import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RelayError } from './errors.ts'

/** One numbered step of a schema: its place in the list, from 1, is the `user_version` it leads to. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

/** How long a statement waits for another process's write, in ms. */
const busyTimeoutMs = 10_000

/**
 * Opens a private database (file 0600 in a folder 0700), in WAL mode, at the newest schema. Safe with several processes
 * at once, also while the file is created. `what` names it in errors, such as "ledger".
 */
export function openDatabase(path: string, what: string, migrations: readonly Migration[]): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // SQLite gives the -wal and -shm files the permissions of this one.
  closeSync(openSync(path, 'a', 0o600))
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    migrate(db, path, what, migrations)
    return db
  } catch (error) {
    db.close()
    throw translate(error, path, what)
  }
}

/** Runs `work` in one write transaction: all of it or, when it throws, nothing. Not to be nested. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const value = work()
    db.exec('COMMIT')
    return value
  } catch (error) {
    // SQLite may have rolled back by itself (disk full); a second ROLLBACK would hide the first error.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function migrate(db: DatabaseSync, path: string, what: string, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0
  const found = readVersion(db)
  if (found > newest) {
    throw new RelayError(
      'protocol_mismatch',
      `The ${what} ${path} has schema ${found}; this version of RelayQ knows ${newest}.`,
      { hint: 'It was written by a newer RelayQ: update this one (npm install -g relayq@latest).' },
    )
  }
  if (found === newest) return
  // WAL is a lasting property of the file, so it is set once, before the first schema.
  if (found === 0) db.exec('PRAGMA journal_mode = WAL')
  transaction(db, () => {
    const current = readVersion(db) // Another process may have migrated while this one waited for the lock.
    for (const { version, sql } of migrations.filter(step => step.version > current)) {
      db.exec(sql)
      db.exec(`PRAGMA user_version = ${version}`)
    }
  })
}

function readVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

/** SQLite's primary result codes (the low byte of `errcode`; https://www.sqlite.org/rescode.html). */
const sqliteCodes = { ioError: 10, corrupt: 11, full: 13, notADatabase: 26 }

function translate(error: unknown, path: string, what: string): unknown {
  if (error instanceof RelayError || !(error instanceof Error)) return error
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
  const message = `The ${what} ${path} cannot be opened: ${error.message}.`
  if (code === sqliteCodes.full || code === sqliteCodes.ioError) {
    return new RelayError('disk_full', message, {
      hint: `Look whether its disk is full (df -h ${dirname(path)}), make room, and try again: nothing is lost.`,
      cause: error,
    })
  }
  const isDamaged = code === sqliteCodes.corrupt || code === sqliteCodes.notADatabase
  const hint = `Restore it from a backup, or move the file aside to begin with an empty ${what}.`
  return new RelayError('internal', message, isDamaged ? { hint, cause: error } : { cause: error })
}
