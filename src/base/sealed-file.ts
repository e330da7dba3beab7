import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Identity } from 'age-encryption'
import { RelayError } from './errors.ts'
import { fileTooLarge } from './file-too-large.ts'

/** A key of age (https://age-encryption.org/v1): what is sealed for the recipient only the identity opens. */
export interface SealKey {
  /** Secret: `AGE-SECRET-KEY-1...`. */
  readonly identity: string
  /** Public: `age1...`. */
  readonly recipient: string
}

export async function makeSealKey(): Promise<SealKey> {
  const { generateX25519Identity } = await import('age-encryption')
  const identity = await generateX25519Identity()
  return { identity, recipient: await recipientOf(identity) }
}

/** Throws `invalid_config` for what is no identity. */
export async function recipientOf(identity: string): Promise<string> {
  const { identityToRecipient } = await import('age-encryption')
  try {
    return await identityToRecipient(identity)
  } catch (cause) {
    throw new RelayError('invalid_config', 'This is no identity of age (AGE-SECRET-KEY-1...).', { cause })
  }
}

export interface SealedFile {
  readonly bytes: number
  /** Of the sealed bytes, in hex. */
  readonly sha256: string
  /** Of what was sealed, as it was read. */
  readonly plainSha256: string
}

/**
 * Encrypts a file to another, piece by piece, so that any one of the recipients can open it; so can the program `age`.
 * Throws `invalid_config` for a recipient that is none, and Node's system errors.
 */
export async function sealFile(
  source: string,
  target: string,
  recipients: readonly string[],
): Promise<SealedFile> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  if (recipients.length === 0)
    throw new RelayError('invalid_config', 'The file is to be encrypted for nobody.')
  for (const recipient of recipients) addRecipient(encrypter, recipient)
  await using input = await open(source)
  await using output = await open(target, 'w', 0o600)
  const hash = createHash('sha256')
  let bytes = 0
  const plain = createHash('sha256')
  const pieces = piecesOf(input, piece => plain.update(piece))
  for await (const chunk of await encrypter.encrypt(pieces)) {
    hash.update(chunk)
    bytes += chunk.length
    await output.writeFile(chunk)
  }
  return { bytes, sha256: hash.digest('hex'), plainSha256: plain.digest('hex') }
}

function addRecipient(encrypter: { addRecipient(recipient: string): void }, recipient: string): void {
  try {
    encrypter.addRecipient(recipient)
  } catch (cause) {
    throw new RelayError('invalid_config', `${recipient.slice(0, 80)} is no recipient of age.`, {
      hint: 'It is the line that relayq runner key prints on the machine: age1...',
      cause,
    })
  }
}

/** No file of `bytes` is larger when it is sealed: age adds 16 bytes to each 64 KiB, and a line or two per recipient. */
export function mostSealedBytes(bytes: number): number {
  return bytes + Math.ceil(bytes / 65_536) * 16 + 64 * 1024
}

export interface Opening {
  readonly source: string
  readonly target: string
  readonly identities: readonly string[]
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/**
 * Decrypts a file to another, piece by piece, and returns how many bytes came of it: all of them or, with a throw, none
 * that may be used. Throws `tool_missing` where it was sealed for others (another machine may open it), `file_unusable`
 * where it was cut or changed, `too_large`, `invalid_config` for an identity that is none.
 */
export async function openSealedFile({
  source,
  target,
  identities,
  maxBytes,
  signal,
}: Opening): Promise<number> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const identity of identities) {
    await recipientOf(identity)
    decrypter.addIdentity(identity)
  }
  const last = new LastResort()
  decrypter.addIdentity(last)
  await using input = await open(source)
  await using output = await open(target, 'w', 0o600)
  const opened = await decrypter.decrypt(piecesOf(input)).catch((thrown: unknown) => {
    throw last.wasAsked ? sealedForOthers(thrown) : damaged(thrown)
  })
  let bytes = 0
  for await (const chunk of intact(opened)) {
    signal.throwIfAborted()
    bytes += chunk.length
    if (bytes > maxBytes) throw fileTooLarge(maxBytes)
    await output.writeFile(chunk)
  }
  return bytes
}

/** Asked when no identity before it has opened the file, which age says in words only. */
class LastResort implements Identity {
  wasAsked = false

  unwrapFileKey(): null {
    this.wasAsked = true
    return null
  }
}

/** age checks every piece before it is given out, and that none is missing at the end. */
async function* intact(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } catch (thrown) {
    throw damaged(thrown)
  }
}

/** What the system refused is no fault of the file. */
function damaged(thrown: unknown): unknown {
  if (thrown instanceof Error && 'syscall' in thrown) return thrown
  return new RelayError('file_unusable', 'The encrypted file was cut or changed on its way.', {
    hint: 'Submit it again.',
    cause: thrown,
  })
}

function sealedForOthers(cause: unknown): RelayError {
  return new RelayError('tool_missing', 'The file was encrypted for other machines: no key here opens it.', {
    hint: 'relayq runner key prints the one of this machine; name it in relayq.yaml and submit the file again.',
    cause,
  })
}

/** In bytes. age leaves a copy of each behind until memory is tidied up: 64 KB at once take 30 MB more. */
const pieceBytes = 16_384

function piecesOf(
  file: FileHandle,
  onPiece: (piece: Uint8Array) => void = () => {},
): ReadableStream<Uint8Array> {
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(pieceBytes))
    if (bytesRead === 0) return controller.close()
    const piece = buffer.subarray(0, bytesRead)
    onPiece(piece)
    controller.enqueue(piece)
  }
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}
