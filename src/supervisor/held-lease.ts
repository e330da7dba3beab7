import type { Millis } from '../base/clock.ts'
import type { Supervision } from '../queue/supervision.ts'

/** A supervisor that died is replaced within the lease. */
const leaseMs: Millis = 15_000
const renewAfterMs: Millis = 5_000

/** The lease of the one process that supervises, kept through ticks that outlast it. */
export class HeldLease {
  readonly #queue: Pick<Supervision, 'now' | 'takeLease'>
  /** When it was last taken; null: another process has it. */
  #takenAt: Millis | null = null

  constructor(queue: Pick<Supervision, 'now' | 'takeLease'>) {
    this.#queue = queue
  }

  /** To be asked before each tick. False: another process supervises. */
  take(): boolean {
    this.#takenAt = this.#queue.takeLease(leaseMs) ? this.#queue.now : null
    return this.#takenAt !== null
  }

  /** To be asked before each act: a process may be put to sleep in the middle of a tick. Once lost it stays so until `take`. */
  keep(): boolean {
    if (this.#takenAt === null) return false
    return Math.abs(this.#queue.now - this.#takenAt) < renewAfterMs || this.take()
  }
}
