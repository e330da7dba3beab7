import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryOptions {
  /** How often it is tried in all. */
  readonly attempts: number
  /** Milliseconds before the second try; doubled for each one after. */
  readonly firstDelayMs: number
  readonly isRetryable: (error: unknown) => boolean
  readonly signal?: AbortSignal
}

/**
 * Repeats an operation that failed for a passing reason, with doubling pauses of which a random half is taken off, so
 * that many clients do not come back in step. Only for what may be done twice without harm. Throws the last error.
 */
export async function retry<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation()
    } catch (thrown) {
      if (attempt >= options.attempts || !options.isRetryable(thrown)) throw thrown
      const pause = options.firstDelayMs * 2 ** (attempt - 1)
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal: options.signal })
    }
  }
}
