import type { Millis } from '../base/clock.ts'
import type { LedgerAttempt } from '../ledger/records.ts'
import { type FailureClass, machineLacks } from '../model/failure.ts'
import type { RetryRule } from '../policy/policy.ts'

export type RetryDecision =
  | { readonly kind: 'retry'; readonly at: Millis; readonly reason: string }
  /** It is over; `reason` says why it is not tried again, '' where nobody would expect it. */
  | { readonly kind: 'over'; readonly reason: string }

/**
 * Whether a job is attempted again after an attempt that did not succeed. Those that were given up so that the job could
 * go elsewhere use up none of its tries, nor do those whose machine was stopped, whatever the policy retries. Pure.
 */
export function decideRetry(
  rule: RetryRule,
  { failure, attempts, budgetFrom, isElsewhere }: EndOfAttempt,
  now: Millis,
): RetryDecision {
  const newest = attempts.at(-1)
  if (newest?.givenUp) return { kind: 'retry', at: now, reason: newest.givenUp.reason }
  if (failure === 'interrupted')
    return { kind: 'retry', at: now, reason: 'it goes on when a machine is there' }
  const tries = attempts.filter(attempt => attempt.number > budgetFrom && isTry(attempt)).length
  if (!rule.on.some(word => word === failure)) return { kind: 'over', reason: '' }
  if (failure === machineLacks && !isElsewhere)
    return { kind: 'over', reason: 'no other machine may take it' }
  if (tries >= rule.attempts) {
    return { kind: 'over', reason: `tried ${tries} ${tries === 1 ? 'time' : 'times'}` }
  }
  const next = `attempt ${tries + 1} of ${rule.attempts}`
  // Only the pause is left out, since time does not mend it.
  if (failure === machineLacks) return { kind: 'retry', at: now, reason: `${next}, on another machine` }
  const waitSeconds = Math.min(rule.backoffSeconds * 2 ** (tries - 1), rule.maxBackoffSeconds)
  return { kind: 'retry', at: now + waitSeconds * 1000, reason: `${next} in ${waitSeconds} s` }
}

function isTry({ givenUp, failure }: EndOfAttempt['attempts'][number]): boolean {
  return givenUp === null && failure !== 'interrupted'
}

export interface EndOfAttempt {
  readonly failure: FailureClass
  /** All of the job's, the one that has ended last. */
  readonly attempts: readonly Pick<LedgerAttempt, 'number' | 'givenUp' | 'failure'>[]
  readonly budgetFrom: number
  /** Whether a machine may take it that does not lack what this one lacked. */
  readonly isElsewhere: boolean
}
