import type { Millis } from '../base/clock.ts'
import { asError } from '../base/errors.ts'
import type { KeptLocalFile } from '../ledger/local-files.ts'
import type { LedgerJob } from '../ledger/records.ts'
import type { KeptFile } from '../model/broker.ts'
import { isFinalJobState } from '../model/job.ts'
import { parseRelayedFile } from '../model/relayed-file.ts'
import { type QueueContext, timestamp } from './context.ts'
import { encryptFile } from './encrypted-file.ts'
import { findAgain, inputOf, isSent, type LocalFile } from './local-file.ts'

/** A file that lies at the broker. */
export interface SentFile {
  readonly id: string
  /** The input `file` of its job. */
  readonly input: string
}

/** Sends a file along for the job `label`; with `recipients`, encrypted for them. Throws what the broker throws. */
export async function sendFile(
  context: QueueContext,
  file: LocalFile,
  { recipients, label }: { readonly recipients: readonly string[] | null; readonly label: string },
): Promise<SentFile> {
  await removeLeftovers(context)
  await using encrypted = recipients && (await encryptFile(context, file, recipients))
  const sent = encrypted?.file ?? file
  const { path, bytes, sha256 } = sent
  const id = await context.broker.putFile({ path, bytes, sha256, label })
  return { id, input: inputOf(sent, id) }
}

/** Whether a job's file is still to be sent. */
export function lacksFile(job: LedgerJob): boolean {
  const named = parseRelayedFile(String(job.inputs['file'] ?? ''))
  return named !== null && !isSent(named)
}

/**
 * Sends the file of a job that is about to go out, where that was not possible before. Returns the job as it is then.
 * Throws `file_unusable` where the file is gone or another by now, and what the broker throws.
 */
export async function sendMissingFile(
  context: QueueContext,
  job: LedgerJob,
  recipients: readonly string[] | null,
): Promise<LedgerJob> {
  const { broker, ledger } = context
  const kept = ledger.findLocalFile(job.id)
  const input = String(job.inputs['file'] ?? '')
  const named = parseRelayedFile(input)
  if (!kept || !named || isSent(named)) return job
  const file = { ...(await findAgain(kept.path, kept.sha256)), name: named.name }
  const sent = await sendFile(context, file, { recipients, label: job.id })
  const keys = kept.keys && keysAmong(kept.keys, recipients ?? [])
  const isOurs = ledger.moveLocalFile({ jobId: job.id, from: input, to: sent.input, keys })
  // Another process was faster: its file is the one.
  if (!isOurs) await broker.removeFile(sent.id)
  return ledger.getJob(job.id) ?? job
}

/** Of all keys those of the recipients. */
export function keysAmong(
  keys: Readonly<Record<string, string>>,
  recipients: readonly string[],
): NonNullable<KeptLocalFile['keys']> {
  return Object.fromEntries(Object.entries(keys).filter(([, key]) => recipients.includes(key)))
}

/** Removes the file of a job that is over; until then the next attempt may need it. */
export async function dropFile(context: QueueContext, job: LedgerJob): Promise<void> {
  const file = parseRelayedFile(String(job.inputs['file'] ?? ''))
  if (!file || !isSent(file) || !isFinalJobState(job.state)) return
  try {
    await context.broker.removeFile(file.id)
  } catch (error) {
    // It is a leftover now.
    const detail = { message: asError(error).message }
    context.ledger.appendEvent(job.id, 'file_not_removed', detail, timestamp(context))
  }
}

/** Of a job this machine knows nothing of: another may have submitted it, and held it for so long. */
const strangersKeptFor: Millis = 30 * 86_400_000

/** Whether nothing can need a file any more: its job is over, or nobody has known it for long. */
function isLeftover({ ledger, clock }: QueueContext, { label, createdAt }: KeptFile): boolean {
  const job = ledger.getJob(label)
  if (job) return isFinalJobState(job.state)
  return clock() - Date.parse(createdAt) > strangersKeptFor
}

/** What cannot be removed now is tried again with the next file. */
async function removeLeftovers(context: QueueContext): Promise<void> {
  try {
    for (const file of await context.broker.listFiles()) {
      if (isLeftover(context, file)) await context.broker.removeFile(file.id)
    }
  } catch {}
}
