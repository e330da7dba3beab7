import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Millis } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import { sealFile } from '../base/sealed-file.ts'
import { parseRelayedFile } from '../model/relayed-file.ts'
import type { MachineKeys } from '../policy/request.ts'
import { type QueueContext, timestamp } from './context.ts'
import { type LocalFile, requireRelayable } from './local-file.ts'
import type { RouteRequest, Routing } from './route.ts'

/** A file that was encrypted, until it is sent. */
export interface EncryptedFile extends AsyncDisposable {
  readonly file: LocalFile
}

/**
 * Encrypts a file into RelayQ's own folder, since it is read again where an upload breaks. Of its name only the extension
 * stays. Throws `too_large`, `invalid_config` for a key that is none, and Node's system errors.
 */
export async function encryptFile(
  { dataDir, clock }: Pick<QueueContext, 'dataDir' | 'clock'>,
  { path, name }: LocalFile,
  recipients: readonly string[],
): Promise<EncryptedFile> {
  const sending = join(dataDir, 'sending')
  await mkdir(sending, { recursive: true, mode: 0o700 })
  await removeForgotten(sending, clock())
  const folder = await mkdtemp(join(sending, 'file-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const target = join(folder, 'sealed.age')
    const sealed = await sealFile(path, target, recipients)
    requireRelayable(path, sealed.bytes)
    const file = { path: target, name: anonymous(name), ...sealed, isEncrypted: true }
    return { file, [Symbol.asyncDispose]: remove }
  } catch (thrown) {
    await remove()
    throw thrown
  }
}

/** `Call with Dr. Who.mp3` → `file.mp3` */
function anonymous(name: string): string {
  const extension = extname(name).toLowerCase()
  return /^\.[a-z0-9]{1,8}$/.test(extension) ? `file${extension}` : 'file'
}

/** No upload takes so long: who left it died. */
const forgottenAfter: Millis = 86_400_000

async function removeForgotten(folder: string, now: Millis): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => null)
    if (found && now - found.mtimeMs > forgottenAfter) await rm(path, { recursive: true, force: true })
  }
}

/** Whether a file is encrypted. Throws `invalid_input` where that is asked for and there is none; `invalid_config`. */
export function willEncrypt(
  { encryption }: QueueContext,
  asked: boolean | null,
  file: LocalFile | null,
): boolean {
  if (file) return asked ?? encryption.isUsual()
  if (asked !== true) return false
  throw new RelayError('invalid_input', 'There is no file to encrypt: nothing is sent along.', {
    hint: 'Leave --encrypt out, or name a file of this machine.',
  })
}

const encryptedEvent = 'file_encrypted'

/**
 * Remembers with a job whom its file was encrypted for: a key that is named later does not open it, and a supervisor that
 * was started earlier knows of none.
 */
export function recordRecipients(context: QueueContext, jobId: string, recipients: readonly string[]): void {
  const keys = [...context.encryption.keys()].filter(([, key]) => recipients.includes(key))
  context.ledger.appendEvent(jobId, encryptedEvent, { keys: Object.fromEntries(keys) }, timestamp(context))
}

/** The keys of the machines that can read what a job works on; null: any machine can. Throws `invalid_config`. */
export function keysFor(
  { encryption, ledger }: QueueContext,
  { encrypts, inputs, job }: Pick<RouteRequest, 'encrypts' | 'inputs' | 'job'>,
): MachineKeys | null {
  const isEncrypted = parseRelayedFile(inputs['file'] ?? '')?.isEncrypted ?? false
  if (!isEncrypted) return encrypts ? encryption.keys() : null
  const event = job && ledger.listEvents(job.id).findLast(({ type }) => type === encryptedEvent)
  const keys = event?.detail['keys']
  if (!isJsonObject(keys)) return encryption.keys()
  return new Map(Object.entries(keys).map(([name, key]) => [name, String(key)]))
}

/** Throws `invalid_input`, with what mends it, where nobody could open the file. */
export function requireRecipients({ recipients, decision }: Routing): void {
  if (recipients === null || recipients.length > 0) return
  const names = [...new Set(decision.candidates.map(({ runner, label }) => runner ?? label))]
  const machines = names.length === 0 ? 'any machine' : names.join(' or ')
  throw new RelayError('invalid_input', `The file cannot be encrypted: no key of ${machines} is known.`, {
    hint: `Run on that machine: relayq runner key. Put what it prints into relayq.yaml here: recipients: {${names[0] ?? 'NAME'}: age1...}`,
  })
}
