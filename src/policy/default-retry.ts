import { retryableFailures } from '../model/failure.ts'
import type { RetryRule } from './policy.ts'

/** What is retried where the policy says nothing. A timeout is not: the next one would cost as many hours. */
export const defaultRetry: RetryRule = {
  attempts: 3,
  on: retryableFailures.filter(failure => failure !== 'timeout'),
  backoffSeconds: 30,
  maxBackoffSeconds: 600,
}
