import type { LedgerAttempt } from '../ledger/records.ts'
import type { QueueContext } from './context.ts'

/** Since this attempt, by the order of events, for clocks are set: a job may be retried after it was cancelled. */
export function isCancelRequested({ ledger }: Pick<QueueContext, 'ledger'>, attempt: LedgerAttempt): boolean {
  const events = ledger.listEvents(attempt.jobId)
  const begun = events.findIndex(
    ({ type, attemptId }) => type === 'attempt.prepared' && attemptId === attempt.id,
  )
  return events.slice(begun + 1).some(({ type }) => type === 'cancel_requested')
}
