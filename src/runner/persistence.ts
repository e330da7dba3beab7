import { setTimeout as delay } from 'node:timers/promises'
import { asError, RelayError } from '../base/errors.ts'

/**
 * How a runner outlives a hub that restarts: one call, repeated until it is answered or its time is up.
 * `again` is an answer that says "later" (5xx, 429); a thrown error is a connection that failed and counts the same.
 */
export type Attempt<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly reason: string }

export type Persisted<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'gave_up'; readonly reason: string }

interface PersistOptions {
  /** Milliseconds after which no further try begins. */
  readonly forMs: number
  readonly signal?: AbortSignal
}

/** Waits grow from 100 ms to 2 s: a hub is back within a second or two, and a lease lasts 30 s. */
export function pauseMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(2000, 100 * 2 ** Math.min(failures, 10))
  return longest * (0.5 + random() / 2)
}

/**
 * Repeats `attempt` with growing, jittered pauses. An answer that is final, a RelayError `broker_rejected`, and an aborted
 * signal end it with the last reason; nothing is thrown.
 */
export async function persist<T>(
  attempt: () => Promise<Attempt<T>>,
  options: PersistOptions,
): Promise<Persisted<T>> {
  const deadline = performance.now() + options.forMs
  for (let failures = 0; ; failures += 1) {
    const outcome = await attempt().catch(whyItFailed)
    if (outcome.kind !== 'again') return outcome
    const pause = pauseMs(failures)
    if (options.signal?.aborted || performance.now() + pause > deadline) {
      return { kind: 'gave_up', reason: outcome.reason }
    }
    await pauseFor(pause, options.signal)
  }
}

/** Whether an error is the other side's final word, which no repetition changes. */
export function isFinal(thrown: unknown): boolean {
  return thrown instanceof RelayError && thrown.code === 'broker_rejected'
}

function whyItFailed(
  thrown: unknown,
): { kind: 'again'; reason: string } | { kind: 'gave_up'; reason: string } {
  const reason = asError(thrown).message
  return isFinal(thrown) ? { kind: 'gave_up', reason } : { kind: 'again', reason }
}

/** Resolves after `ms`, or as soon as the signal fires. */
export async function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(ms, undefined, signal ? { signal } : {}).catch(() => {})
}
