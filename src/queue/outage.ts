import type { Clock, Millis } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'

/** A broker may be away for so long before those who follow a job are told. */
const bridgedMs = 60_000

/** Lets a long wait live through a short absence of the broker, which it must have reached once. */
export class Outage {
  readonly #clock: Clock
  #reachedAt: Millis

  /** `reachedAt`: when it was last reached before; absent: never. */
  constructor(clock: Clock, reachedAt: Millis = Number.NEGATIVE_INFINITY) {
    this.#clock = clock
    this.#reachedAt = reachedAt
  }

  /** null: a passing error, not long after the broker was last reached. Throws every other error. */
  async bridge<T>(ask: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await ask()
      this.#reachedAt = this.#clock()
      return answer
    } catch (error) {
      if (this.isBridged(error)) return null
      throw error
    }
  }

  /** Whether an error is a passing one, not long after the broker was last reached. */
  isBridged(error: unknown): boolean {
    const passes = error instanceof RelayError && error.exitCode === 75
    return passes && this.#clock() - this.#reachedAt <= bridgedMs
  }
}
