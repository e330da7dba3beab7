import type { Millis } from '../base/clock.ts'
import { asError } from '../base/errors.ts'
import type { InsertOutcome, LedgerJob, NewJob } from '../ledger/records.ts'
import type { KeptFile } from '../model/broker.ts'
import { isFinalJobState } from '../model/job.ts'
import { parseRelayedFile } from '../model/relayed-file.ts'
import { type QueueContext, timestamp } from './context.ts'
import { encryptFile, recordRecipients } from './encrypted-file.ts'
import { inputOf, type LocalFile } from './local-file.ts'

/** A file that goes with a job, and for whom it is encrypted: null, it is sent as it is. */
export interface FileToSend {
  readonly file: LocalFile
  readonly recipients: readonly string[] | null
}

/** Writes a job, and before that sends the file it works on, if there is one. Where no job comes of it no file stays. */
export async function insertWithFile(
  context: QueueContext,
  toSend: FileToSend | null,
  job: NewJob,
): Promise<InsertOutcome> {
  const { broker, ledger } = context
  if (!toSend) return ledger.insertJob(job)
  await removeLeftovers(context)
  const sent = await sendFile(context, toSend, job.id)
  let inserted: InsertOutcome | null = null
  try {
    inserted = ledger.insertJob({ ...job, inputs: { ...job.inputs, file: sent.input } })
    if (inserted.kind === 'created' && toSend.recipients) recordRecipients(context, job.id, toSend.recipients)
    return inserted
  } finally {
    if (inserted?.kind !== 'created') await broker.removeFile(sent.id).catch(() => {})
  }
}

async function sendFile(
  context: QueueContext,
  { file, recipients }: FileToSend,
  label: string,
): Promise<{ readonly id: string; readonly input: string }> {
  await using encrypted = recipients && (await encryptFile(context, file, recipients))
  const sent = encrypted?.file ?? file
  const { path, bytes, sha256 } = sent
  const id = await context.broker.putFile({ path, bytes, sha256, label })
  return { id, input: inputOf(sent, id) }
}

/** Removes the file of a job that is over; until then the next attempt may need it. */
export async function dropFile(context: QueueContext, job: LedgerJob): Promise<void> {
  const file = parseRelayedFile(String(job.inputs['file'] ?? ''))
  if (!file || !isFinalJobState(job.state)) return
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
