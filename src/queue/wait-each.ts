import { isFinalAttemptState, isFinalJobState } from '../model/job.ts'
import { listActiveRuns } from './active-runs.ts'
import type { QueueContext } from './context.ts'
import { Outage } from './outage.ts'
import { observe, type Subject } from './subject.ts'
import type { WaitOptions, WaitOutcome } from './watch.ts'

/** A look costs the same however many are waited for, and they end at times of their own: no end makes the next look come sooner. */
const pollMs = { least: 300, growth: 1.25, most: 3_000 }

/**
 * Waits for the end of several jobs or runs, and tells of each as it ends; at last of those that were not over at the timeout,
 * or when the signal was aborted. The broker is asked which runs are at work, and only of what is not among them by itself.
 */
export async function* waitEach(
  context: QueueContext,
  first: readonly Subject[],
  { timeoutMs, signal }: Omit<WaitOptions, 'onEvent'>,
): AsyncGenerator<WaitOutcome> {
  const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : context.clock() + timeoutMs
  const outage = new Outage(context.clock)
  let pending: readonly Subject[] = first.filter(subject => !isKnownToBeOver(subject))
  for (const subject of first) if (isKnownToBeOver(subject)) yield { kind: 'finished', subject }
  for (let interval = pollMs.least; pending.length > 0; interval *= pollMs.growth) {
    const active = await outage.bridge(() => listActiveRuns(context))
    let isAway = active === null
    const left: Subject[] = []
    for (const subject of pending) {
      const isToBeSeen = !isAway && !active?.has(runOf(context, subject) ?? Number.NaN)
      const seen = isToBeSeen ? await outage.bridge(() => observe(context, subject)) : null
      if (isToBeSeen) isAway = seen === null
      if (seen?.isFinal) yield { kind: 'finished', subject: seen.subject }
      else left.push(seen?.subject ?? subject)
    }
    pending = left
    const time = Math.min(interval, pollMs.most, until - context.clock())
    if (pending.length === 0 || time <= 0 || signal?.aborted) break
    await context.sleep(time, signal)
  }
  for (const subject of pending) yield { kind: 'still_pending', subject }
}

/** null: none is under way, or none is known. */
function runOf({ ledger }: QueueContext, subject: Subject): number | null {
  if (subject.kind === 'run') return subject.run.id
  const attempt = ledger.newestAttempt(subject.job.id)
  return attempt && !isFinalAttemptState(attempt.state) ? attempt.runId : null
}

/** Then no broker has to be asked. */
function isKnownToBeOver(subject: Subject): boolean {
  return subject.kind === 'job' && isFinalJobState(subject.job.state)
}
