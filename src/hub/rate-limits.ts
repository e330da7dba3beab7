import type { Clock, Millis } from '../base/clock.ts'
import type { Identity } from './auth.ts'
import type { PrimaryLimit } from './faults/fault.ts'

export interface RateLimit {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** Seconds since the epoch, as GitHub tells it. */
  readonly reset: number
}

/** A hub does not limit its owner; clients want a number. */
const unlimited = 1_000_000

const hourSeconds = 3600

interface Window {
  readonly end: Millis
  /** What it was begun under: another limit begins another window. */
  readonly bounds: PrimaryLimit | null
  used: number
}

/** Counts the requests of each caller within an hour that begins with its first, or within what a test has set. */
export class RateLimits {
  readonly #clock: Clock
  readonly #bounds: () => PrimaryLimit | null
  readonly #windows = new Map<string, Window>()

  constructor(clock: Clock, bounds: () => PrimaryLimit | null) {
    this.#clock = clock
    this.#bounds = bounds
  }

  /** True when the caller has used up what a test has set. */
  refuses(identity: Identity): boolean {
    return this.#bounds() !== null && this.read(identity).remaining === 0
  }

  count(identity: Identity): RateLimit {
    this.#open(identity).used += 1
    return this.read(identity)
  }

  /** Of a request that was refused: its window begins with it where none has, or the reset would never come. */
  refuse(identity: Identity): RateLimit {
    this.#open(identity)
    return this.read(identity)
  }

  /** Without counting: asking for the limits is free. */
  read(identity: Identity): RateLimit {
    const { used, end, bounds } = this.#current(identity) ?? this.#fresh()
    const limit = bounds?.limit ?? unlimited
    // Rounded up: who waits for it must not come too early.
    return { limit, used, remaining: Math.max(0, limit - used), reset: Math.ceil(end / 1000) }
  }

  #current(identity: Identity): Window | null {
    const window = this.#windows.get(keyOf(identity))
    return window && window.end > this.#clock() && window.bounds === this.#bounds() ? window : null
  }

  /** Jobs come and go: what has ended is dropped when another begins. */
  #open(identity: Identity): Window {
    const current = this.#current(identity)
    if (current) return current
    const now = this.#clock()
    for (const [other, { end }] of this.#windows) if (end <= now) this.#windows.delete(other)
    const begun = this.#fresh()
    this.#windows.set(keyOf(identity), begun)
    return begun
  }

  #fresh(): Window {
    const bounds = this.#bounds()
    const seconds = bounds?.window_seconds ?? hourSeconds
    return { end: this.#clock() + seconds * 1000, bounds, used: 0 }
  }
}

function keyOf(identity: Identity): string {
  switch (identity.kind) {
    case 'job':
      return `job ${identity.job.jobId}`
    case 'token':
    case 'fine_grained':
      return `token ${identity.id}`
    default:
      return identity.kind
  }
}
