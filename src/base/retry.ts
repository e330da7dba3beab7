import { setTimeout as pauseFor } from 'node:timers/promises'

/** Waits so many milliseconds; rejects when the signal is aborted. A test lets time go on instead. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<unknown>

export interface RetryOptions {
  /** How often it is tried in all. */
  readonly attempts: number
  /** Milliseconds before the second try; doubled for each one after. */
  readonly firstDelayMs: number
  readonly isRetryable: (error: unknown) => boolean
  readonly signal?: AbortSignal
  readonly sleep?: Sleep
}

/**
 * Repeats an operation that failed for a passing reason, with doubling pauses of which a random half is taken off, so
 * that many clients do not come back in step. Only for what may be done twice without harm. Throws the last error.
 */
export async function retry<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { sleep = (ms, signal) => pauseFor(ms, undefined, { signal }) } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (thrown) {
      if (attempt >= options.attempts || !options.isRetryable(thrown)) throw thrown
      const pause = options.firstDelayMs * 2 ** (attempt - 1)
      await sleep(pause * (0.5 + Math.random() / 2), options.signal)
    }
  }
}
