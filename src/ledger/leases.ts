import type { DatabaseSync } from 'node:sqlite'
import type { Millis } from '../base/clock.ts'

/** No lease is longer. One that ends later than it ever could is a clock's slip (it was set back), and counts as run out. */
const longestMs: Millis = 60_000

/** Who may do what only one process may do at a time. A lease that is not renewed is free again when it has run out. */
export class Leases {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Takes or renews a lease for `ttl`, at most a minute. False: another owner holds it. */
  take(name: string, owner: string, ttl: Millis, now: Millis): boolean {
    const { changes } = this.#db
      .prepare(
        `INSERT INTO leases (name, owner, expires_at) VALUES (:name, :owner, :until)
         ON CONFLICT (name) DO UPDATE SET owner = :owner, expires_at = :until
         WHERE owner = :owner OR expires_at <= :now OR expires_at > :latest`,
      )
      .run({ name, owner, now: iso(now), until: iso(now + ttl), latest: iso(now + longestMs) })
    return changes === 1
  }

  release(name: string, owner: string): void {
    this.#db.prepare('DELETE FROM leases WHERE name = ? AND owner = ?').run(name, owner)
  }

  /** Who holds it now, or null. */
  holder(name: string, now: Millis): string | null {
    const row = this.#db
      .prepare('SELECT owner FROM leases WHERE name = ? AND expires_at > ? AND expires_at <= ?')
      .get(name, iso(now), iso(now + longestMs))
    return row ? String(row['owner']) : null
  }
}

function iso(at: Millis): string {
  return new Date(at).toISOString()
}
