import type { Clock, Millis } from '../../base/clock.ts'
import type { Database } from '../store/database.ts'
import type { Change } from './change.ts'
import type { HubFacts } from './planning.ts'
import { settle } from './settle.ts'

/** The way into the store for everything that may move a run: one transaction, settled, and then the polls are looked at. */
export class Scheduler {
  readonly db: Database
  readonly #clock: Clock
  readonly #facts: () => HubFacts
  readonly #listeners = new Set<() => void>()

  constructor(db: Database, clock: Clock, facts: () => HubFacts) {
    this.db = db
    this.#clock = clock
    this.#facts = facts
  }

  now(): Millis {
    return this.#clock()
  }

  facts(): HubFacts {
    return this.#facts()
  }

  /** Called after each change that was committed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  change<T>(work: (change: Change) => T): T {
    const value = this.db.transaction(() => {
      const change = { db: this.db, now: this.now(), facts: this.facts(), touched: new Set<number>() }
      const done = work(change)
      settle(change)
      return done
    })
    for (const listener of this.#listeners) listener()
    return value
  }
}
