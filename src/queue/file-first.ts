import { RelayError } from '../base/errors.ts'
import type { KeptLocalFile } from '../ledger/local-files.ts'
import type { InsertOutcome, NewJob } from '../ledger/records.ts'
import type { QueueContext } from './context.ts'
import { requireRecipients } from './encrypted-file.ts'
import type { LocalFile } from './local-file.ts'
import { keysAmong, type SentFile, sendFile } from './relayed-files.ts'
import type { Routing } from './route.ts'

/** away: the broker says "later", or nothing; what was asked of it is asked again once the job can be sent. */
export type Tried<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'away'; readonly error: RelayError }

export async function unlessAway<T>(ask: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { kind: 'done', value: await ask() }
  } catch (error) {
    if (error instanceof RelayError && error.exitCode === 75) return { kind: 'away', error }
    throw error
  }
}

/** The file of a job that is not written yet. */
export interface FileFirst {
  readonly sent: Tried<SentFile>
  /** Where it lies here, in case that it must be sent later, or once more; and for whom. */
  readonly kept: KeptLocalFile
}

/**
 * Sends the file of the job `label` once it is decided who may do it. What passes is no reason to have no job: then the
 * file goes with it later. Throws `invalid_input` where nobody could decrypt it, and what the broker refuses.
 */
export async function sendFileFirst(
  context: QueueContext,
  file: LocalFile,
  how: { readonly decided: Tried<Routing>; readonly encrypts: boolean; readonly label: string },
): Promise<FileFirst> {
  const { decided, encrypts, label } = how
  const known = encrypts ? Object.fromEntries(context.encryption.keys()) : null
  const { path, sha256 } = file
  if (decided.kind === 'away') {
    requireRecipients(known && Object.values(known), null)
    return { sent: decided, kept: { path, sha256, keys: known } }
  }
  const { recipients } = decided.value
  const sent = await unlessAway(() => sendFile(context, file, { recipients, label }))
  return { sent, kept: { path, sha256, keys: known && keysAmong(known, recipients ?? []) } }
}

/** Writes a job with its file. Where none comes of it, what was sent for it does not stay. */
export async function insertWithFile(
  { broker, ledger }: QueueContext,
  first: FileFirst | null,
  job: NewJob,
): Promise<InsertOutcome> {
  if (!first) return ledger.insertJob(job)
  const sent = first.sent.kind === 'done' ? first.sent.value : null
  const inputs = sent ? { ...job.inputs, file: sent.input } : job.inputs
  let inserted: InsertOutcome | null = null
  try {
    inserted = ledger.insertJob({ ...job, inputs, localFile: first.kept })
    return inserted
  } finally {
    if (sent && inserted?.kind !== 'created') await broker.removeFile(sent.id).catch(() => {})
  }
}
