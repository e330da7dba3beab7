import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RelayError } from '../base/errors.ts'

export interface UnzipLimits {
  /** Of all files together, unpacked. */
  readonly maxBytes: number
  readonly maxFiles: number
}

/**
 * Unpacks an archive from an untrusted machine into an empty folder. Refuses names that lead out of it (yauzl checks
 * them), links, and more than the limits allow, counted while unpacking: the sizes an archive declares may lie.
 */
export async function unzip(archive: string, folder: string, limits: UnzipLimits): Promise<void> {
  const { default: yauzl } = await import('yauzl')
  try {
    const zip = await yauzl.openPromise(archive, { lazyEntries: true })
    const budget = { bytes: limits.maxBytes, files: limits.maxFiles }
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      if (isLink(entry.externalFileAttributes)) throw refuse('bad_media', `${entry.fileName} is a link`)
      budget.files -= 1
      if (budget.files < 0) throw refuse('too_large', `it holds more than ${limits.maxFiles} files`)
      const path = join(folder, entry.fileName)
      await mkdir(dirname(path), { recursive: true })
      const content = await zip.openReadStreamPromise(entry)
      await pipeline(content, limiter(budget, limits), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    }
  } catch (error) {
    if (error instanceof RelayError) throw error
    throw new RelayError('download_failed', 'The result archive cannot be read.', {
      hint: 'Fetch it again; if it stays so, the run uploaded a broken artifact.',
      cause: error,
    })
  }
}

function limiter(budget: { bytes: number }, limits: UnzipLimits): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      budget.bytes -= chunk.length
      if (budget.bytes < 0) done(refuse('too_large', `it unpacks to more than ${limits.maxBytes} bytes`))
      else done(null, chunk)
    },
  })
}

/** Unix file type, in the upper half of the external attributes: 0o12 is a symbolic link. */
function isLink(externalFileAttributes: number): boolean {
  return ((externalFileAttributes >>> 28) & 0o17) === 0o12
}

function refuse(code: 'too_large' | 'bad_media', why: string): RelayError {
  return new RelayError(code, `The result archive was not unpacked: ${why}.`, {
    hint: 'Look at the artifact of the run in a browser before trusting it.',
  })
}
