import { createWriteStream } from 'node:fs'
import { mkdir, realpath, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { asError, RelayError } from '../../../../base/errors.ts'

/**
 * Extracts a zip into `dir`, over what is there. The archive is not trusted: a name that leads out of `dir`, also by a
 * link that lies there already, is refused; a link in the archive becomes a plain file. Throws RelayError `invalid_input`.
 */
export async function unzip(file: string, dir: string): Promise<number> {
  await mkdir(dir, { recursive: true })
  const root = await realpath(dir)
  const zip = await openPromise(file).catch(thrown => {
    throw new RelayError('invalid_input', `The artifact is not a zip archive: ${asError(thrown).message}`)
  })
  try {
    let files = 0
    for await (const entry of zip.eachEntry()) {
      await extractEntry(zip, entry, root)
      files += 1
    }
    return files
  } catch (thrown) {
    if (thrown instanceof RelayError) throw thrown
    throw new RelayError('invalid_input', `The artifact could not be unpacked: ${asError(thrown).message}`, {
      cause: thrown,
    })
  } finally {
    zip.close()
  }
}

async function extractEntry(zip: ZipFile, entry: Entry, root: string): Promise<void> {
  const path = placeOf(entry.fileName, root)
  const isFolder = entry.fileName.endsWith('/')
  const folder = isFolder ? path : dirname(path)
  await mkdir(folder, { recursive: true })
  const real = await realpath(folder)
  if (real !== root && !real.startsWith(root + sep)) throw refused(entry.fileName)
  if (isFolder) return
  // What lies there, a link above all, is replaced and not written through.
  await rm(path, { force: true })
  // The upper half of the attributes is the Unix mode, in archives made on Unix.
  const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0
  await pipeline(
    await zip.openReadStreamPromise(entry),
    createWriteStream(path, { mode: executable ? 0o755 : 0o644 }),
  )
}

/** yauzl refuses such names itself; that is a default, and this is what everything hangs on. */
function placeOf(name: string, root: string): string {
  const parts = name.split(/[\\/]/)
  if (name.startsWith('/') || parts.includes('..') || /^[A-Za-z]:/.test(name) || name.includes('\0'))
    throw refused(name)
  return join(root, ...parts)
}

function refused(name: string): RelayError {
  return new RelayError(
    'invalid_input',
    `The artifact's entry ${JSON.stringify(name)} leads out of the folder`,
  )
}
