import type { Cost } from '../model/cost.ts'

/** The money that engines on the internet may spend. */
export interface Purse {
  /** Sets the expected cost of a request aside, before it is sent. Throws `cloud_forbidden` when a ceiling would be passed. */
  reserve(expected: Cost): Promise<Reservation>
}

export interface Reservation {
  /** Says what it really cost; null: nothing. One that is never settled counts as spent, for it may have been. */
  settle(cost: Cost | null): void
}
