import type { Millis } from '../../base/clock.ts'
import type { StoredJob } from '../store/jobs.ts'

const minute = 60_000

/** A job no runner takes is cancelled after 24 hours (docs/protocol.md, "Limits"). */
const queueLimit = 24 * 60 * minute

/** What a cancelled worker is told it has, and what the hub then waits for its word. */
export const cancelTimeoutMinutes = 5
const cancelGrace = 30_000

export type Deadline = 'queue_limit' | 'timeout' | 'cancel_unanswered' | 'lost'

/**
 * The deadline a job has passed, if any. `lastContact`: when its runner last held a poll or used the job's token.
 * Renewals have no deadline of their own: the official runner sends one a minute, twice the default lease.
 */
export function overdue(
  job: StoredJob,
  facts: { readonly now: Millis; readonly lastContact: Millis; readonly lease: Millis },
): Deadline | null {
  const { now, lastContact, lease } = facts
  if (job.status === 'queued') {
    return job.queuedMs !== null && now - job.queuedMs >= queueLimit ? 'queue_limit' : null
  }
  if (job.status !== 'in_progress' || job.startedMs === null) return null
  if (now - lastContact >= lease) return 'lost'
  if (job.cancelMs !== null) {
    const patience = cancelTimeoutMinutes * minute + cancelGrace
    return now - job.cancelMs >= patience ? 'cancel_unanswered' : null
  }
  return now - job.startedMs >= job.timeoutMinutes * minute ? 'timeout' : null
}
