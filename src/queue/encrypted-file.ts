import { extname, join } from 'node:path'
import { RelayError } from '../base/errors.ts'
import { sealFile } from '../base/sealed-file.ts'
import { explainSystemError } from '../base/system-error.ts'
import type { Decision } from '../policy/decision.ts'
import type { MachineKeys } from '../policy/request.ts'
import type { QueueContext } from './context.ts'
import { changed, type LocalFile, requireRelayable } from './local-file.ts'
import type { RouteRequest } from './route.ts'
import { openScratchFolder } from './scratch-folder.ts'

/** A file that was encrypted, until it is sent. */
export interface EncryptedFile extends AsyncDisposable {
  readonly file: LocalFile
}

/**
 * Encrypts a file into RelayQ's own folder, since it is read again where an upload breaks. Of its name only the extension
 * stays. Throws `too_large`, `file_unusable` where it has changed meanwhile, `invalid_config` for a key that is none, and
 * `disk_full`.
 */
export async function encryptFile(
  { dataDir, clock }: Pick<QueueContext, 'dataDir' | 'clock'>,
  { path, name, sha256 }: LocalFile,
  recipients: readonly string[],
): Promise<EncryptedFile> {
  const scratch = await openScratchFolder(join(dataDir, 'sending'), 'file-', clock())
  try {
    const target = join(scratch.path, 'sealed.age')
    const { plainSha256, ...sealed } = await sealFile(path, target, recipients)
    if (plainSha256 !== sha256) throw changed(path)
    requireRelayable(path, sealed.bytes)
    const file = { path: target, name: anonymous(name), ...sealed, isEncrypted: true }
    return { file, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
  } catch (thrown) {
    await scratch[Symbol.asyncDispose]()
    throw explainSystemError(thrown) ?? thrown
  }
}

/** `Call with Dr. Who.mp3` → `file.mp3` */
function anonymous(name: string): string {
  const extension = extname(name).toLowerCase()
  return /^\.[a-z0-9]{1,8}$/.test(extension) ? `file${extension}` : 'file'
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

/**
 * The keys of the machines that can read what a job works on; null: it is not encrypted. Those that were known when it was
 * submitted, and once its file is sent those it was encrypted for: a key that is named later does not open it, and a
 * supervisor that was started earlier knows of none. Throws `invalid_config`.
 */
export function keysFor(
  { encryption, ledger }: QueueContext,
  { encrypts, job }: Pick<RouteRequest, 'encrypts' | 'job'>,
): MachineKeys | null {
  const kept = job ? ledger.findLocalFile(job.id) : null
  if (kept) return kept.keys && new Map(Object.entries(kept.keys))
  return encrypts ? encryption.keys() : null
}

/** Throws `invalid_input`, with what mends it, where nobody could open the file; null: it is not known yet who is there. */
export function requireRecipients(recipients: readonly string[] | null, decision: Decision | null): void {
  if (recipients === null || recipients.length > 0) return
  const candidates = decision?.candidates ?? []
  const names = [...new Set(candidates.map(({ runner, label }) => runner ?? label))]
  const machines = names.length === 0 ? 'any machine' : names.join(' or ')
  throw new RelayError('invalid_input', `The file cannot be encrypted: no key of ${machines} is known.`, {
    hint: `Run on that machine: relayq runner key. Put what it prints into relayq.yaml here: recipients: {${names[0] ?? 'NAME'}: age1...}`,
  })
}
