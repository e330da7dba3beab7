import { isoSeconds, type Millis } from '../base/clock.ts'
import type { Run } from '../model/run.ts'
import type { QueueContext } from './context.ts'

/** Clocks of this machine and of the broker may differ by so much. */
const clockSkewMs = 10 * 60_000
/** Waits between lookups: a run shows up in GitHub's list within a few seconds of its dispatch. */
const lookupDelaysMs = [250, 500, 1_000, 2_000]

interface Trace {
  readonly workflow: string
  readonly nonce: string
  /** When it was first sent. */
  readonly since: Millis
}

/** Looks once for the run whose name ends in the nonce. */
export function findRunOnce(
  { broker, clock }: QueueContext,
  { workflow, nonce, since }: Trace,
): Promise<Run | null> {
  // A clock that was set back since has called the time of sending by a later name than the broker did.
  const from = Math.min(since, clock()) - clockSkewMs
  return broker.findRun({ workflow, nonce, since: isoSeconds(from) })
}

/** Looks a few times, since a list may lag behind; null when it did not show up. */
export async function findRunPatiently(context: QueueContext, trace: Trace): Promise<Run | null> {
  for (const delay of lookupDelaysMs) {
    const run = await findRunOnce(context, trace)
    if (run) return run
    await context.sleep(delay)
  }
  return findRunOnce(context, trace)
}
