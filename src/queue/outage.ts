import type { Clock, Millis } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'

/** A broker may be away for so long before those who follow a job are told. */
const bridgedMs = 60_000

/** Lets a long wait live through a short absence of the broker, which it must have reached once. */
export class Outage {
  readonly #clock: Clock
  #reachedAt: Millis = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** null: a passing error, not long after the broker was last reached. Throws every other error. */
  async bridge<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await ask()
      this.#reachedAt = this.#clock()
      return answer
    } catch (error) {
      const passes = error instanceof RelayError && error.exitCode === 75
      if (!passes || this.#clock() - this.#reachedAt > bridgedMs) throw error
      return null
    }
  }
}
