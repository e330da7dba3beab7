import type { Unsent } from '../queue/send-next.ts'
import type { Times } from './times.ts'

/** What a job or run does or did, to follow its name in a sentence. GitHub's states and conclusions, and those of jobs. */
export function stateInWords(state: string): string {
  switch (state) {
    case 'in_progress':
      return 'is running'
    case 'success':
    case 'succeeded':
      return 'has succeeded'
    case 'failure':
    case 'failed':
      return 'has failed'
    case 'expired':
      return 'has expired'
    case 'timed_out':
      return 'has timed out'
    case 'cancelled':
    case 'skipped':
      return `was ${state}`
    default:
      return `is ${state.replaceAll('_', ' ')}`
  }
}

/** Of a job that is in the ledger and not at the broker yet: what it waits for, and who will send it. */
export function keptInWords({ reason, supervised }: NonNullable<Unsent>, times: Times): string {
  const kept = `kept: ${times.within(reason.replace(/\.$/, ''))}`
  return supervised
    ? kept
    : `${kept}; it is sent when that is over, by relayq supervise or the next look at it`
}
