import type { Clock, Millis } from '../base/clock.ts'
import type { Identity } from './auth.ts'

export interface RateLimit {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** Seconds since the epoch, as GitHub tells it. */
  readonly reset: number
}

/** A hub does not limit its owner; clients want a number. */
const unlimited = 1_000_000

const windowMillis: Millis = 3_600_000

/** Counts the requests of each caller within an hour that begins with its first. */
export class RateLimits {
  readonly #clock: Clock
  readonly #windows = new Map<string, { readonly end: Millis; used: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  count(identity: Identity): RateLimit {
    const now = this.#clock()
    const key = keyOf(identity)
    const known = this.#windows.get(key)
    if (known && known.end > now) known.used += 1
    else this.#begin(key, now)
    return this.read(identity)
  }

  /** Without counting: asking for the limits is free. */
  read(identity: Identity): RateLimit {
    const now = this.#clock()
    const window = this.#windows.get(keyOf(identity))
    const current = window && window.end > now ? window : { end: now + windowMillis, used: 0 }
    const { used, end } = current
    return {
      limit: unlimited,
      used,
      remaining: Math.max(0, unlimited - used),
      reset: Math.floor(end / 1000),
    }
  }

  /** Jobs come and go: what has ended is dropped when another begins. */
  #begin(key: string, now: Millis): void {
    for (const [other, { end }] of this.#windows) if (end <= now) this.#windows.delete(other)
    this.#windows.set(key, { end: now + windowMillis, used: 1 })
  }
}

function keyOf(identity: Identity): string {
  switch (identity.kind) {
    case 'job':
      return `job ${identity.job.jobId}`
    case 'token':
      return `token ${identity.id}`
    default:
      return identity.kind
  }
}
