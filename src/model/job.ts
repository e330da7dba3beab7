import type { JsonObject } from '../base/json.ts'
import type { Conclusion } from './run.ts'

/**
 * The life of a job, as the ledger keeps it:
 *
 *   pending ──▶ queued ──▶ running ──▶ succeeded | failed | cancelled
 *      └──────────┴───────────┴──────▶ cancelled | expired | failed
 *
 * pending: written, not yet known to be at the broker. queued: a run exists, no runner has it. running: a runner has it.
 * The last four states are final. A job's state follows from its newest attempt; nothing leaves a final state.
 */
export const jobStates = [
  'pending',
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
] as const
export type JobState = (typeof jobStates)[number]

/**
 * prepared: written before anything leaves. unknown: sent, the answer was lost; a run of its name may exist.
 * dispatched: the broker gave a run id. rejected: the broker refused it, no run exists. The others mirror the run.
 */
export const attemptStates = [
  'prepared',
  'unknown',
  'dispatched',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'rejected',
] as const
export type AttemptState = (typeof attemptStates)[number]

export function isFinalJobState(state: JobState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'expired'
}

/** Jobs that ended without what they were for, and can be tried again: the dead letters. */
export const deadStates: readonly JobState[] = ['failed', 'expired']

export function isFinalAttemptState(state: AttemptState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'rejected'
}

/** What an attempt becomes when its run has ended. `timed_out` and the rest count as failed. */
export function attemptStateOfConclusion(conclusion: Conclusion | null): AttemptState {
  if (conclusion === 'success') return 'succeeded'
  return conclusion === 'cancelled' ? 'cancelled' : 'failed'
}

/** What the newest attempt makes of its job. */
export function jobStateOfAttempt(state: AttemptState): JobState {
  switch (state) {
    case 'prepared':
    case 'unknown':
      return 'pending'
    case 'dispatched':
      return 'queued'
    case 'rejected':
      return 'failed'
    default:
      return state
  }
}

/** Where each state may go. `pending` again: a new attempt follows one that was lost. Final states lead nowhere. */
const jobMoves: Readonly<Record<JobState, readonly JobState[]>> = {
  pending: ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'],
  queued: ['pending', 'running', 'succeeded', 'failed', 'cancelled', 'expired'],
  running: ['pending', 'queued', 'succeeded', 'failed', 'cancelled', 'expired'],
  succeeded: [],
  failed: [],
  cancelled: [],
  expired: [],
}

const attemptMoves: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  prepared: ['unknown', 'dispatched', 'rejected', 'failed', 'cancelled'],
  unknown: ['dispatched', 'rejected', 'failed', 'cancelled'],
  dispatched: ['running', 'succeeded', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
  rejected: [],
}

export function isLegalJobMove(from: JobState, to: JobState): boolean {
  return jobMoves[from].includes(to)
}

export function isLegalAttemptMove(from: AttemptState, to: AttemptState): boolean {
  return attemptMoves[from].includes(to)
}

export interface Job {
  readonly id: string
  /** Which broker and repository: `<api url>#<owner>/<repo>`. */
  readonly broker: string
  readonly kind: string
  readonly inputs: JsonObject
  readonly idempotencyKey: string
  readonly state: JobState
  /** Why it is in that state, in words; null when the state says it all. */
  readonly reason: string | null
  readonly priority: number
  readonly decision: JsonObject | null
  /** result.json of the winning attempt, once fetched. */
  readonly result: JsonObject | null
  readonly createdAt: string
  readonly finishedAt: string | null
}

export interface Attempt {
  /** `<job id>.<number>`: rides in the dispatch inputs as `relayq_id` and ends the run's name in brackets. */
  readonly id: string
  readonly jobId: string
  readonly number: number
  readonly state: AttemptState
  readonly workflow: string
  readonly ref: string
  readonly runsOn: readonly string[]
  readonly runId: number | null
  readonly runUrl: string | null
  readonly runnerName: string | null
  readonly reason: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}
