import type { Millis } from '../../base/clock.ts'
import type { Database } from '../store/database.ts'
import type { HubFacts } from './planning.ts'

/** What the functions of one transaction share. */
export interface Change {
  readonly db: Database
  readonly now: Millis
  readonly facts: HubFacts
  /** Runs that something happened to: `settle` carries them on before the transaction ends. */
  readonly touched: Set<number>
}
