import type { LedgerJob } from '../ledger/records.ts'
import { isFinalJobState } from '../model/job.ts'
import type { KindSpec } from '../model/kinds.ts'
import type { QueueContext } from './context.ts'
import { unlessAway } from './file-first.ts'
import type { SubmitRequest } from './submit.ts'

/**
 * The job that holds the key of a request, where it is what the request asks for; null: it is another one. A kind that
 * repeats its work is asked for anew once it is over, unless a key was given: that says what the same job is. Pure.
 */
export function sameJob(kind: KindSpec, request: SubmitRequest, holder: LedgerJob | null): LedgerJob | null {
  const isNamed = (request.key ?? null) !== null || request.once === true
  return holder && kind.repeats && !isNamed && isFinalJobState(holder.state) ? null : holder
}

/** Where nobody supervises the queue, the ledger learns only by this that a job of a repeating kind is over. */
export async function seenAgain(
  context: QueueContext,
  kind: KindSpec,
  holder: LedgerJob | null,
): Promise<LedgerJob | null> {
  if (!holder || !kind.repeats || holder.state === 'pending' || isFinalJobState(holder.state)) return holder
  const { reconcile } = await import('./reconcile.ts')
  const seen = await unlessAway(() => reconcile(context, holder))
  return seen.kind === 'done' ? seen.value.job : holder
}
