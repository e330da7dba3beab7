import type { DatabaseSync } from 'node:sqlite'
import { openDatabase, transaction } from '../base/sqlite.ts'
import type { Cost } from '../model/cost.ts'

const schema = {
  version: 1,
  sql: `
CREATE TABLE spent (
  month TEXT NOT NULL, -- UTC, such as 2026-11
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  micros INTEGER NOT NULL, -- millionths of a US dollar
  PRIMARY KEY (month, provider, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE reservations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  month TEXT NOT NULL,
  micros INTEGER NOT NULL
) STRICT;
`,
} as const

/** What counts for a ceiling is a month; older ones are kept for a look back, and no longer. */
const keptMonths = 12

export type ReserveOutcome =
  | { readonly kind: 'reserved'; readonly id: number }
  /** `spentUsd`: in this month, with what is set aside. */
  | { readonly kind: 'too_dear'; readonly spentUsd: number }

/**
 * What this machine spends at services, by month. Several jobs may use one file at once: what one has set aside, the
 * others cannot spend. A job that dies leaves its reservation, which goes on counting: its request may have been charged.
 */
export class Spending {
  readonly #db: DatabaseSync

  constructor(path: string) {
    this.#db = openDatabase(path, 'record of spending', [schema])
  }

  /** Sets an amount aside in `month` unless its sum would pass the ceiling; null: there is none. */
  reserve(month: string, usd: number, ceilingUsd: number | null): ReserveOutcome {
    return transaction(this.#db, () => {
      const spent = this.#sumOf(month)
      if (ceilingUsd !== null && spent + micros(usd) > micros(ceilingUsd)) {
        return { kind: 'too_dear', spentUsd: spent / 1e6 }
      }
      this.#prune(month)
      const { lastInsertRowid } = this.#db
        .prepare('INSERT INTO reservations (month, micros) VALUES (?, ?)')
        .run(month, micros(usd))
      return { kind: 'reserved', id: Number(lastInsertRowid) }
    })
  }

  /** Puts what was really charged in place of a reservation; null: nothing was. */
  settle(id: number, cost: Cost | null): void {
    transaction(this.#db, () => {
      const row = this.#db.prepare('DELETE FROM reservations WHERE id = ? RETURNING month').get(id)
      if (row === undefined || cost === null) return
      this.#db
        .prepare(
          `INSERT INTO spent (month, provider, model, micros) VALUES (?, ?, ?, ?)
           ON CONFLICT (month, provider, model) DO UPDATE SET micros = micros + excluded.micros`,
        )
        .run(String(row['month']), cost.provider, cost.model, micros(cost.amount))
    })
  }

  close(): void {
    this.#db.close()
  }

  #sumOf(month: string): number {
    const row = this.#db
      .prepare(
        `SELECT (SELECT coalesce(sum(micros), 0) FROM spent WHERE month = ?1)
              + (SELECT coalesce(sum(micros), 0) FROM reservations WHERE month = ?1) AS micros`,
      )
      .get(month)
    return Number(row?.['micros'] ?? 0)
  }

  #prune(month: string): void {
    const year = Number(month.slice(0, 4)) - keptMonths / 12
    const oldest = `${year}${month.slice(4)}`
    for (const table of ['spent', 'reservations']) {
      this.#db.prepare(`DELETE FROM ${table} WHERE month < ?`).run(oldest)
    }
  }
}

/** Rounded up: many small requests must not pass a ceiling by what was cut off. */
function micros(usd: number): number {
  // Without the first rounding 0.003 dollars would be 3001: binary fractions are a little off.
  return Math.ceil(Math.round(usd * 1e9) / 1e3)
}
