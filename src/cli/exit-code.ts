import { errorCodes } from '../base/errors.ts'

/**
 * Of several jobs, worst first: what is not over yet, for which one comes back; what another try does not mend; what it may
 * mend; what somebody ended on purpose.
 */
const worstFirst: readonly number[] = [
  errorCodes.still_pending,
  errorCodes.job_failed,
  errorCodes.usage,
  errorCodes.not_authorized,
  errorCodes.timeout,
  errorCodes.job_cancelled,
]

/** How a command ends that did something to several jobs: as the worst of them. 0 of none. */
export function worstOf(exitCodes: Iterable<number>): number {
  const found = new Set(exitCodes)
  return worstFirst.find(code => found.has(code)) ?? 0
}
