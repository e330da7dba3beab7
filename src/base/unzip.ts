import { createWriteStream } from 'node:fs'
import { mkdir, realpath, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Entry, ZipFile } from 'yauzl'
import { asError, RelayError, systemErrorCode } from './errors.ts'

export interface UnzipLimits {
  /** Of all files together, unpacked. */
  readonly maxBytes: number
  /** Files and folders that the archive names. */
  readonly maxEntries: number
}

/**
 * Unpacks an archive into `folder`, over what lies there. The archive is not trusted: refused are names that lead out of
 * the folder, also by a link that is there already, links, a name given twice, and more than the limits allow, counted
 * while unpacking, since the sizes an archive declares may lie. Of a file's mode only "executable" is kept. Throws
 * RelayError `bad_media`, `too_large`, or `download_failed` when it cannot be read; then some files may be unpacked.
 */
export async function unzip(archive: string, folder: string, limits: UnzipLimits): Promise<void> {
  await mkdir(folder, { recursive: true })
  const unpacking = new Unpacking(await realpath(folder), limits)
  const { openPromise } = await import('yauzl')
  try {
    const zip = await openPromise(archive)
    try {
      for await (const entry of zip.eachEntry()) await unpacking.extract(zip, entry)
    } finally {
      zip.close()
    }
  } catch (thrown) {
    if (thrown instanceof RelayError) throw thrown
    throw new RelayError('download_failed', `The archive cannot be read: ${asError(thrown).message}.`, {
      hint: 'Fetch it again; if it stays so, a broken archive was uploaded.',
      cause: thrown,
    })
  }
}

class Unpacking {
  readonly #root: string
  readonly #limits: UnzipLimits
  readonly #written = new Set<string>()
  /** Known to lie below the root: nothing here makes links, so they stay there. */
  readonly #folders: Set<string>
  #entries = 0
  #bytes = 0

  constructor(root: string, limits: UnzipLimits) {
    this.#root = root
    this.#folders = new Set([root])
    this.#limits = limits
  }

  async extract(zip: ZipFile, entry: Entry): Promise<void> {
    const { maxEntries } = this.#limits
    this.#entries += 1
    if (this.#entries > maxEntries) throw refused('too_large', `it has more than ${maxEntries} entries`)
    const name = JSON.stringify(entry.fileName)
    const path = this.#placeOf(entry.fileName)
    const isFolder = entry.fileName.endsWith('/')
    await this.#makeFolder(isFolder ? path : dirname(path), name)
    if (isFolder) return
    if (isLink(entry)) throw refused('bad_media', `${name} is a link`)
    if (this.#written.has(path)) throw refused('bad_media', `${name} stands in it twice`)
    this.#written.add(path)
    // What lies there, a link above all, is replaced and not written through.
    await rm(path, { force: true })
    const file = createWriteStream(path, { flags: 'wx', mode: isExecutable(entry) ? 0o755 : 0o644 })
    await pipeline(await zip.openReadStreamPromise(entry), this.#counter(), file)
  }

  /** yauzl refuses such names itself; that is a default, and this is what everything hangs on. */
  #placeOf(name: string): string {
    const parts = name.split(/[\\/]/)
    if (name.startsWith('/') || parts.includes('..') || /^[A-Za-z]:/.test(name) || name.includes('\0')) {
      throw leadsOut(JSON.stringify(name))
    }
    return join(this.#root, ...parts)
  }

  /** One level after the other: a link that leads out must not be followed for the levels below it. */
  async #makeFolder(folder: string, name: string): Promise<void> {
    if (this.#folders.has(folder)) return
    await this.#makeFolder(dirname(folder), name)
    await mkdir(folder).catch((thrown: unknown) => {
      if (systemErrorCode(thrown) !== 'EEXIST') throw thrown
    })
    const real = await realpath(folder)
    if (real !== this.#root && !real.startsWith(this.#root + sep)) throw leadsOut(name)
    this.#folders.add(folder)
  }

  #counter(): Transform {
    const { maxBytes } = this.#limits
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#bytes += chunk.length
        if (this.#bytes > maxBytes) done(refused('too_large', `it unpacks to more than ${maxBytes} bytes`))
        else done(null, chunk)
      },
    })
  }
}

/** In archives made on Unix, the upper half of the external attributes is the mode; type 0o12 is a symbolic link. */
function isLink({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 28) & 0o17) === 0o12
}

function isExecutable({ externalFileAttributes }: Entry): boolean {
  return ((externalFileAttributes >>> 16) & 0o111) !== 0
}

function leadsOut(name: string): RelayError {
  return refused('bad_media', `${name} leads out of the folder`)
}

function refused(code: 'too_large' | 'bad_media', why: string): RelayError {
  return new RelayError(code, `The archive was not unpacked: ${why}.`, {
    hint: 'Look at it by hand before trusting it.',
  })
}
