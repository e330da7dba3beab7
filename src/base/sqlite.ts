import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { RelayError } from './errors.ts'
import { explainSqliteError } from './sqlite-error.ts'

/** One numbered step of a schema: its place in the list, from 1, is the `user_version` it leads to. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

/** How long a statement waits for another process's write, in ms. */
const usualBusyTimeoutMs = 10_000

/**
 * Opens a private database (file 0600 in a folder 0700), in WAL mode, at the newest schema. Safe with several processes
 * at once, also while the file is created. `what` names it in errors, such as "ledger".
 */
export function openDatabase(
  path: string,
  what: string,
  migrations: readonly Migration[],
  { busyTimeoutMs = usualBusyTimeoutMs }: { readonly busyTimeoutMs?: number } = {},
): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // SQLite gives the -wal and -shm files the permissions of this one.
  closeSync(openSync(path, 'a', 0o600))
  const db = guarded(() => new GuardedDatabase(path, what, busyTimeoutMs), path, what)
  try {
    migrate(db, path, what, migrations, busyTimeoutMs)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * The one gate to a file: whatever SQLite cannot do is told in words, at every statement, and a statement that is used
 * again is not prepared again.
 */
class GuardedDatabase extends DatabaseSync {
  readonly #path: string
  readonly #what: string
  readonly #statements = new Map<string, StatementSync>()

  constructor(path: string, what: string, busyTimeoutMs: number) {
    super(path, { timeout: busyTimeoutMs })
    this.#path = path
    this.#what = what
  }

  override exec(sql: string): void {
    guarded(() => super.exec(sql), this.#path, this.#what)
  }

  override prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = guarded(() => super.prepare(sql), this.#path, this.#what)
    for (const name of ['get', 'all', 'run'] as const) {
      const method = statement[name] as (...values: readonly SQLInputValue[]) => unknown
      const call = (...values: readonly SQLInputValue[]) =>
        guarded(() => method.apply(statement, [...values]), this.#path, this.#what)
      Object.defineProperty(statement, name, { value: call })
    }
    if (this.#statements.size < mostStatements) this.#statements.set(sql, statement)
    return statement
  }
}

/** There are fewer texts of statements than that. */
const mostStatements = 200

function guarded<T>(work: () => T, path: string, what: string): T {
  try {
    return work()
  } catch (error) {
    throw explainSqliteError(error, path, what)
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

function migrate(
  db: DatabaseSync,
  path: string,
  what: string,
  migrations: readonly Migration[],
  busyTimeoutMs: number,
): void {
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
  if (found === 0) switchToWal(db, busyTimeoutMs)
  transaction(db, () => {
    const current = readVersion(db) // Another process may have migrated while this one waited for the lock.
    for (const { version, sql } of migrations.filter(step => step.version > current)) {
      db.exec(sql)
      db.exec(`PRAGMA user_version = ${version}`)
    }
  })
}

/** SQLite does not wait here for one who writes, as that one might wait for us: so it is asked again. */
function switchToWal(db: DatabaseSync, busyTimeoutMs: number): void {
  const deadline = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      db.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      const isHeld = error instanceof RelayError && error.code === 'database_locked'
      if (!isHeld || performance.now() >= deadline) throw error
      pause(10)
    }
  }
}

/** For a synchronous caller: nothing else of this thread goes on. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function readVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}
