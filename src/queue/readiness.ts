import type { Millis } from '../base/clock.ts'
import type { Dependency } from '../ledger/active.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { isFinalJobState } from '../model/job.ts'
import { type QueueContext, timestamp } from './context.ts'

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waits'; readonly reason: string }
  /** A job that it was to follow did not succeed. */
  | { readonly kind: 'never'; readonly reason: string }

/** Whether a job's next attempt may be begun now: its time has come, and what it is to follow has succeeded. Pure. */
export function readinessOf(
  job: Pick<LedgerJob, 'notBefore'>,
  dependencies: readonly Pick<Dependency, 'afterId' | 'state'>[],
  now: Millis,
): Readiness {
  const broken = dependencies.find(
    ({ state }) => state === null || (isFinalJobState(state) && state !== 'succeeded'),
  )
  if (broken) {
    const what = broken.state === null ? 'is not known (any more)' : `ended as ${broken.state}`
    return { kind: 'never', reason: `${broken.afterId}, which it was to follow, ${what}` }
  }
  const open = dependencies.filter(({ state }) => state !== 'succeeded').map(({ afterId }) => afterId)
  if (open.length > 0) return { kind: 'waits', reason: `waits for ${open.join(', ')} to succeed` }
  if (job.notBefore !== null && Date.parse(job.notBefore) > now) {
    return { kind: 'waits', reason: `not before ${job.notBefore}` }
  }
  return { kind: 'ready' }
}

/** The readiness of one job; why it waits is written to the ledger, and one that can never go out fails there. */
export function settleReadiness(context: QueueContext, job: LedgerJob): Readiness {
  const { broker, ledger } = context
  const readiness = readinessOf(job, ledger.listDependencies(broker.id, job.id), context.clock())
  const now = timestamp(context)
  if (readiness.kind === 'waits' && job.notBefore === null) {
    ledger.setReason({ jobId: job.id, state: 'pending', reason: readiness.reason, now })
  }
  if (readiness.kind === 'never') {
    ledger.moveJob({ jobId: job.id, to: 'failed', now, reason: readiness.reason, failure: 'dependency' })
  }
  return readiness
}
