import { constants, createWriteStream } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { isAbsolute, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DownloadOptions } from '../base/download.ts'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { fileTooLarge } from '../base/file-too-large.ts'

type CopyOptions = Pick<DownloadOptions, 'path' | 'maxBytes' | 'signal' | 'inspect'>

const headBytes = 512

/**
 * Copies a file of this machine, which must lie below one of `roots` where its links lead too, and returns its size. It is
 * opened once, and what is open is what is checked and read. Throws `tool_missing` where this machine does not have it
 * or lends no folder with it (another may), `file_unusable` for what is no file.
 */
export async function copyFromRoots(
  source: string,
  roots: readonly string[],
  { path, maxBytes, signal, inspect }: CopyOptions,
): Promise<number> {
  const real = await resolveBelow(source, roots)
  // Neither follows a link that has come since, nor waits for the other end of a pipe.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { size } = await requireFile(file, source)
    if (size > maxBytes) throw fileTooLarge(maxBytes)
    const head = Buffer.alloc(Math.min(size, headBytes))
    await file.read(head, 0, head.length, 0)
    inspect(head, '')
    // As long as it was when it was checked.
    const bytes = file.createReadStream({ start: 0, end: size - 1, autoClose: false })
    await pipeline(bytes, createWriteStream(path, { mode: 0o600 }), { signal })
    return size
  } finally {
    await file.close()
  }
}

const howToLend =
  'On the machine that has the file, its owner can lend the folder (colons between several): relayq runner env set RELAYQ_INPUT_ROOTS=/FOLDER. Then send the job there with --pin.'

/** The real path of a file; it and the root are compared as they really are. */
async function resolveBelow(source: string, roots: readonly string[]): Promise<string> {
  const realRoots = await Promise.all(roots.filter(isAbsolute).map(resolveIfThere))
  const here = realRoots.filter(root => root !== null)
  if (here.length === 0) {
    throw new RelayError('tool_missing', 'This machine lends jobs no folder of its own.', {
      hint: howToLend,
    })
  }
  const real = await resolveIfThere(source)
  // A path outside is refused whether it is there or not: what lies there is nobody's business.
  if (!isBelow(real ?? source, real === null ? roots : here)) {
    throw new RelayError('tool_missing', `${source} is not in a folder this machine lends to jobs.`, {
      hint: howToLend,
    })
  }
  if (real !== null) return real
  throw new RelayError('tool_missing', `${source} is not on this machine.`, {
    hint: 'Check the path, or send the job with --pin to the machine that has it.',
  })
}

function isBelow(path: string, roots: readonly string[]): boolean {
  if (path.split(sep).includes('..')) return false
  return roots.some(root => path.startsWith(root.endsWith(sep) ? root : root + sep))
}

async function resolveIfThere(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (thrown) {
    if (absent.has(systemErrorCode(thrown) ?? '')) return null
    throw thrown
  }
}

const absent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

async function requireFile(file: FileHandle, source: string): Promise<{ readonly size: number }> {
  const found = await file.stat()
  if (found.isFile() && found.size > 0) return found
  throw new RelayError('file_unusable', `${source} is ${found.isFile() ? 'empty' : 'no file'}.`)
}
