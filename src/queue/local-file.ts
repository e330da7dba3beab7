import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { asError, RelayError, systemErrorCode } from '../base/errors.ts'
import { listed } from '../base/listed.ts'
import { checkInputs, checkNames, type JobInputs } from '../model/inputs.ts'
import type { KindSpec } from '../model/kinds.ts'
import { formatRelayedFile, largestFile, type RelayedFile } from '../model/relayed-file.ts'
import type { QueueContext } from './context.ts'

/** A file of this machine that a job is to work on. */
export interface LocalFile {
  readonly path: string
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly isEncrypted: boolean
}

export interface DescribedInputs {
  /** Checked. A file is in them as one that was not sent yet: its size and checksum are known, its id is not. */
  readonly inputs: JobInputs
  /** What to send along; null: nothing. */
  readonly file: LocalFile | null
}

const notSentYet = '0'

/**
 * Checks the inputs of a request, and finds the file of this machine they name: `file`, a path, or `result`, a file of an
 * earlier job. Throws `invalid_input`, `file_unusable`, `too_large`.
 */
export async function describeInputs(
  context: QueueContext,
  kind: KindSpec,
  given: JobInputs,
): Promise<DescribedInputs> {
  checkNames(kind, given)
  const { file: path = '', result = '', ...others } = given
  if (path === '' && result === '') return { inputs: checkInputs(kind, given), file: null }
  const file = await describeFile(
    path === '' ? await pathOfResult(context, result) : resolve(context.cwd, path),
  )
  return { inputs: checkInputs(kind, { ...others, file: unsentInputOf(file) }), file }
}

/** The `file` input of a job whose file the broker keeps as `id`. */
export function inputOf({ bytes, sha256, name, isEncrypted }: LocalFile, id: string): string {
  return formatRelayedFile({ id, bytes, sha256, name, isEncrypted })
}

async function describeFile(path: string): Promise<LocalFile> {
  const bytes = await sizeOfFile(path)
  requireRelayable(path, bytes)
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash).catch((thrown: unknown) => {
    throw unusable(path, reasonOf(thrown), thrown)
  })
  return { path, name: basename(path), bytes, sha256: hash.digest('hex'), isEncrypted: false }
}

/** Throws `too_large`. */
export function requireRelayable(path: string, bytes: number): void {
  if (bytes <= largestFile) return
  throw new RelayError('too_large', `${path} is larger than a broker relays: 2 GiB.`, {
    hint: 'Put it where the machine can reach it, and give its url=... or its path=... there.',
  })
}

async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path).catch((thrown: unknown) => {
    throw unusable(path, reasonOf(thrown), thrown)
  })
  if (found.isFile() && found.size > 0) return found.size
  throw unusable(path, found.isFile() ? 'it is empty' : 'it is no file')
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
}

function reasonOf(thrown: unknown): string {
  return systemReasons[systemErrorCode(thrown) ?? ''] ?? asError(thrown).message
}

/** Throws `file_unusable` where the file at that path is not, or no longer, the one with this checksum. */
export async function findAgain(path: string, sha256: string): Promise<LocalFile> {
  const file = await describeFile(path)
  if (file.sha256 === sha256) return file
  throw changed(path)
}

export function changed(path: string): RelayError {
  return new RelayError('file_unusable', `${path} is not what it was when it was submitted.`, {
    hint: 'Submit it as it is now.',
  })
}

/** As it stands in the inputs of a job before it is sent. */
export function unsentInputOf(file: LocalFile): string {
  return inputOf(file, notSentYet)
}

export function isSent({ id }: Pick<RelayedFile, 'id'>): boolean {
  return id !== notSentYet
}

function unusable(path: string, reason: string, cause?: unknown): RelayError {
  return new RelayError('file_unusable', `${path} cannot be sent along: ${reason}.`, {
    hint: 'Name a file of this machine that can be read, and that has something in it.',
    cause,
  })
}

/** `JOB`, whose result has one file beside `result.json`, or `JOB:FILE`. It is here already: no broker is asked. */
async function pathOfResult({ ledger }: QueueContext, source: string): Promise<string> {
  const [id = '', name] = source.split(/:(.*)/s)
  const kept = ledger.findResult(id)
  if (!kept) {
    throw new RelayError('invalid_input', `There is no result of ${JSON.stringify(id)} on this machine.`, {
      hint: `Fetch it first: relayq result ${id}`,
    })
  }
  const files = await filesOf(kept.directory)
  const wanted = name ?? (files.length === 1 ? files[0] : undefined)
  if (wanted !== undefined && files.includes(wanted)) return join(kept.directory, wanted)
  const lack = name === undefined ? `not one file, but ${files.length}` : `no file ${JSON.stringify(name)}`
  throw new RelayError('invalid_input', `The result of ${id} has ${lack}.`, {
    hint: `Name one of its files, as result=${id}:FILE. It has: ${listed(files, mostNamed) || 'none'}.`,
  })
}

/** The files of a result beside `result.json`, by their names below its folder; no links, and none through one. */
async function filesOf(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile())
  const names = files.map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
  return names.filter(name => name !== 'result.json').toSorted()
}

/** A script may leave hundreds. */
const mostNamed = 20
