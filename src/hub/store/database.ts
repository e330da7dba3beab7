import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { openDatabase, transaction } from '../../base/sqlite.ts'
import { migrations } from './migrations.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>
type Values = Readonly<Record<string, SQLInputValue>>

/** The hub's SQLite file. Statements are prepared once per text; values are bound by name (`:name`), never spliced in. */
export interface Database {
  get(sql: string, values?: Values): Row | null
  all(sql: string, values?: Values): readonly Row[]
  run(sql: string, values?: Values): { readonly changes: number; readonly id: number }
  /** All or nothing. A call inside a transaction joins it. */
  transaction<T>(work: () => T): T
  close(): void
}

export function openHubDatabase(path: string): Database {
  const sqlite = openDatabase(path, "hub's store", migrations)
  // With WAL, NORMAL hands every finished transaction to the operating system: killing this process loses none.
  // Only a power cut may lose the newest ones, and never tears the file.
  sqlite.exec('PRAGMA synchronous = NORMAL')
  return {
    get: (sql, values = {}) => sqlite.prepare(sql).get(values) ?? null,
    all: (sql, values = {}) => sqlite.prepare(sql).all(values),
    run(sql, values = {}) {
      const { changes, lastInsertRowid } = sqlite.prepare(sql).run(values)
      return { changes: Number(changes), id: Number(lastInsertRowid) }
    },
    transaction: work => (sqlite.isTransaction ? work() : transaction(sqlite, work)),
    close: () => sqlite.close(),
  }
}
