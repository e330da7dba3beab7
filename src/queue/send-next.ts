import { RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { isFinalAttemptState } from '../model/job.ts'
import { beginAttempt } from './attempt.ts'
import { type QueueContext, timestamp } from './context.ts'
import { settleReadiness } from './readiness.ts'
import type { Routing } from './route.ts'
import { isSupervised } from './supervisor-lease.ts'

/** Why a job has not gone out yet, in words, and whether another process is there to send it. null: it has gone out. */
export type Unsent = { readonly reason: string; readonly supervised: boolean } | null

export const untilRoom = 'the supervisor sends it when a machine has room'

/**
 * Sends the next attempt of a job that was just written, or put back, unless a supervisor does that. What passes (a
 * broker that cannot be reached) leaves it in the queue; throws the refusal of one that never will go out, and has failed.
 */
export async function sendNext(
  context: QueueContext,
  job: LedgerJob,
  routing: Routing | null = null,
): Promise<Unsent> {
  const { ledger } = context
  const supervised = isSupervised(context)
  const readiness = settleReadiness(context, job)
  if (readiness.kind === 'never') throw neverGoesOut(readiness.reason)
  if (readiness.kind === 'waits') return { reason: readiness.reason, supervised }
  if (supervised) return { reason: untilRoom, supervised }
  const number = (ledger.newestAttempt(job.id)?.number ?? 0) + 1
  const sent = await keepingJob(context, job, () => beginAttempt(context, job, number, routing))
  if (sent.kind === 'kept') return { reason: sent.reason, supervised }
  if (sent.value.kind === 'refused') throw sent.value.error
  const isBegun = (ledger.newestAttempt(job.id)?.number ?? 0) >= number
  const reason = isBegun ? null : (ledger.getJob(job.id)?.reason ?? null)
  return reason === null ? null : { reason, supervised }
}

export function neverGoesOut(reason: string): RelayError {
  return new RelayError('invalid_input', `The job cannot go out: ${reason}.`, {
    hint: 'Retry the one it was to follow first (relayq retry ID), or submit it without --after.',
  })
}

type Kept<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'kept'; readonly reason: string }

/** What may pass leaves the job pending; what will not ends it, and is thrown. */
export async function keepingJob<T>(
  context: QueueContext,
  job: LedgerJob,
  work: () => Promise<T>,
): Promise<Kept<T>> {
  try {
    return { kind: 'done', value: await work() }
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    if (error.exitCode !== 75) {
      endUnsent(context, job, error.message)
      throw error
    }
    const wait = { jobId: job.id, state: 'pending', reason: error.message } as const
    context.ledger.setReason({ ...wait, now: timestamp(context) })
    return { kind: 'kept', reason: error.message }
  }
}

/** Ends a job of which nothing can have reached the broker; one that was sent stays to be looked for. */
function endUnsent(context: QueueContext, job: LedgerJob, reason: string): void {
  const { ledger } = context
  const now = timestamp(context)
  const attempt = ledger.newestAttempt(job.id)
  if (!attempt || isFinalAttemptState(attempt.state)) ledger.failUnsent(job.id, reason, now)
  else if (attempt.sentAt === null) ledger.moveAttempt({ attemptId: attempt.id, to: 'failed', now, reason })
}
