import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
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
  const statements = new Map<string, StatementSync>()
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? sqlite.prepare(sql)
    statements.set(sql, known)
    return known
  }
  return {
    get: (sql, values = {}) => prepared(sql).get(values) ?? null,
    all: (sql, values = {}) => prepared(sql).all(values),
    run(sql, values = {}) {
      const { changes, lastInsertRowid } = prepared(sql).run(values)
      return { changes: Number(changes), id: Number(lastInsertRowid) }
    },
    transaction: work => (sqlite.isTransaction ? work() : transaction(sqlite, work)),
    close: () => sqlite.close(),
  }
}
