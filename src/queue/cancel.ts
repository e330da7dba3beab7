import type { LedgerJob } from '../ledger/records.ts'
import { isFinalAttemptState, isFinalJobState } from '../model/job.ts'
import { recordRun, traceOf } from './attempt.ts'
import { type QueueContext, timestamp } from './context.ts'
import { findRunOnce } from './locate.ts'
import { reconcile } from './reconcile.ts'
import { dropFile } from './relayed-files.ts'
import type { Subject } from './subject.ts'

export type CancelOutcome =
  /** It is over, by this call. */
  | { readonly kind: 'cancelled'; readonly subject: Subject }
  /** The broker will end it; `wait` tells when it has. */
  | { readonly kind: 'requested'; readonly subject: Subject }
  | { readonly kind: 'already_finished'; readonly subject: Subject }

/** Ends a job or run. Doing it again changes nothing. A job that never left is cancelled without the broker. */
export async function cancel(context: QueueContext, subject: Subject): Promise<CancelOutcome> {
  if (subject.kind === 'job') {
    const outcome = await cancelJob(context, subject.job)
    if (outcome.kind === 'cancelled' && outcome.subject.kind === 'job')
      await dropFile(context, outcome.subject.job)
    return outcome
  }
  const answer = await context.broker.cancelRun(subject.run.id)
  return { kind: answer === 'accepted' ? 'requested' : 'already_finished', subject }
}

async function cancelJob(context: QueueContext, job: LedgerJob): Promise<CancelOutcome> {
  const { broker, ledger } = context
  if (isFinalJobState(job.state)) return { kind: 'already_finished', subject: { kind: 'job', job } }
  ledger.appendEvent(job.id, 'cancel_requested', {}, timestamp(context))
  let runId = await findRunId(context, job)
  while (runId === null || (await broker.cancelRun(runId)) === 'not_found') {
    const gone: number | null = runId
    const reason =
      gone === null ? 'cancelled before a runner had it' : `cancelled; run ${gone} no longer exists`
    runId = ledger.cancelWithoutRun({ jobId: job.id, goneRunId: gone, reason, now: timestamp(context) })
    if (runId === null) return cancelledHere(context, job)
  }
  const current = (await reconcile(context, job)).job
  const subject: Subject = { kind: 'job', job: current }
  if (current.state === 'cancelled') return { kind: 'cancelled', subject }
  return { kind: isFinalJobState(current.state) ? 'already_finished' : 'requested', subject }
}

/** The run of the newest attempt; one whose dispatch was never answered is looked for, so that it is not left behind. */
async function findRunId(context: QueueContext, job: LedgerJob): Promise<number | null> {
  const attempt = context.ledger.newestAttempt(job.id)
  if (!attempt || attempt.sentAt === null || isFinalAttemptState(attempt.state)) return null
  if (attempt.runId !== null || !attempt.isTraceable) return attempt.runId
  const run = await findRunOnce(context, traceOf(attempt))
  if (!run) return null
  await recordRun(context, attempt, run)
  return run.id
}

function cancelledHere({ ledger }: QueueContext, job: LedgerJob): CancelOutcome {
  const current = ledger.getJob(job.id) ?? job
  return {
    kind: current.state === 'cancelled' ? 'cancelled' : 'already_finished',
    subject: { kind: 'job', job: current },
  }
}
