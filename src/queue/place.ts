import type { ActiveJob } from '../ledger/active.ts'
import { isFinalAttemptState } from '../model/job.ts'

/**
 * How many jobs wait before this one for the same thing: a machine with the same labels, or to be sent at all. null: it
 * does not wait. `active` is in the order in which jobs go out. Pure.
 */
export function jobsAhead(active: readonly ActiveJob[], jobId: string): number | null {
  const own = active.find(({ job }) => job.id === jobId)
  const queue = own && queueOf(own)
  if (!own || queue === null) return null
  const others = active.filter(other => queueOf(other) === queue)
  if (queue === toBeSent) return others.indexOf(own)
  return others.filter(other => sentAt(other) < sentAt(own)).length
}

const toBeSent = ''

function queueOf({ newest }: ActiveJob): string | null {
  if (!newest || isFinalAttemptState(newest.state)) return toBeSent
  return newest.state === 'dispatched' ? newest.runsOn.join('\n').toLowerCase() : null
}

function sentAt({ newest }: ActiveJob): string {
  return newest?.sentAt ?? newest?.createdAt ?? ''
}
