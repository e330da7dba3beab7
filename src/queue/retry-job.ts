import { RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { isFinalJobState } from '../model/job.ts'
import { parseRelayedFile } from '../model/relayed-file.ts'
import { type QueueContext, timestamp } from './context.ts'
import { findAgain, unsentInputOf } from './local-file.ts'
import { sendNext, type Unsent } from './send-next.ts'
import type { Subject } from './subject.ts'

export type RetryOutcome =
  | { readonly kind: 'retried'; readonly job: LedgerJob; readonly unsent: Unsent }
  /** It is active, or has succeeded: nothing was done. */
  | { readonly kind: 'not_dead'; readonly job: LedgerJob }
  /** The same work was submitted anew in the meantime: nothing was done. */
  | { readonly kind: 'replaced'; readonly by: LedgerJob }

/**
 * Puts a job that is over without success back into the queue, with all its tries, and sends it as submit does. Throws
 * `invalid_input` for one whose inputs are not known here, `file_unusable` for one whose file is gone or changed, and the
 * refusal of one that will never go out.
 */
export async function retryJob(context: QueueContext, subject: Subject): Promise<RetryOutcome> {
  if (subject.kind === 'run') throw notOurs(String(subject.run.id))
  const { job } = subject
  if (job.source === 'adopted') throw notOurs(job.id)
  if (isDead(job)) await takeFileAgain(context, job)
  const reopened = context.ledger.reopenJob(job.id, timestamp(context))
  if (reopened.kind !== 'reopened') return reopened
  const unsent = await sendNext(context, reopened.job)
  return { kind: 'retried', job: context.ledger.getJob(job.id) ?? reopened.job, unsent }
}

/**
 * The file was removed from the broker when the job ended: it is to be sent once more, for the machines whose keys are known
 * now. Throws `invalid_input` where it is not known, `file_unusable` where it is not there any more as it was.
 */
async function takeFileAgain({ ledger, encryption }: QueueContext, job: LedgerJob): Promise<void> {
  const from = String(job.inputs['file'] ?? '')
  const named = parseRelayedFile(from)
  if (!named) return
  const kept = ledger.findLocalFile(job.id)
  if (!kept) {
    throw new RelayError('invalid_input', `The file of ${job.id} was removed when the job ended.`, {
      hint: 'Submit the file again.',
    })
  }
  const to = unsentInputOf(await findAgain(kept.path, kept.sha256))
  const keys = kept.keys && Object.fromEntries(encryption.keys())
  ledger.moveLocalFile({ jobId: job.id, from, to, keys })
}

function isDead({ state }: LedgerJob): boolean {
  return isFinalJobState(state) && state !== 'succeeded'
}

function notOurs(id: string): RelayError {
  return new RelayError('invalid_input', `${id} was started elsewhere: its inputs are not known here.`, {
    hint: 'Submit it with its inputs (relayq submit KIND name=value), or run it again on its page.',
  })
}
