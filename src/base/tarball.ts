import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, realpath, symlink } from 'node:fs/promises'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { asError, RelayError, systemErrorCode } from './errors.ts'
import { explainSystemError } from './system-error.ts'
import { readTar, type TarEntry, type TarVisitor } from './tar-reader.ts'

export interface ExtractedTarball {
  /** The commit, in an archive that git wrote; null otherwise. */
  readonly comment: string | null
  readonly entries: number
}

interface Limits {
  readonly maxEntries: number
  readonly maxBytes: number
  readonly top?: 'stripped' | 'kept'
  /** Of a file or link, its path below `dir`; others are passed over. Left out: all of them. */
  readonly wants?: (path: string) => boolean
}

const defaultLimits = { maxEntries: 200_000, maxBytes: 4 * 1024 ** 3 }

/**
 * Extracts a .tar.gz into `dir`: one that has exactly one folder at its top (as GitHub's archives have) without that
 * folder, or with `top: 'kept'` all of it as it stands (as the packages of actions/runner). The archive is not trusted:
 * no entry and no link may lead out of `dir`, nothing but files, folders and symbolic links is made, existing files are
 * not overwritten. Throws RelayError `invalid_input`, or what the system refuses (`disk_full`, `file_unusable`); `dir` is
 * then to be thrown away.
 */
export async function extractTarball(
  file: string,
  dir: string,
  limits: Partial<Limits> = {},
): Promise<ExtractedTarball> {
  await mkdir(dir, { recursive: true })
  const extraction = new Extraction(await realpath(dir), { ...defaultLimits, ...limits })
  try {
    let comment: string | null = null
    await pipeline(createReadStream(file), createGunzip(), async source => {
      comment = (await readTar(source as AsyncIterable<Buffer>, extraction)).comment
    })
    await extraction.finish()
    return { comment, entries: extraction.entries }
  } catch (thrown) {
    if (thrown instanceof RelayError) throw thrown
    const ofSystem = explainSystemError(thrown)
    if (ofSystem !== null) throw ofSystem
    throw new RelayError('invalid_input', `${file} could not be extracted: ${asError(thrown).message}`, {
      cause: thrown,
    })
  } finally {
    await extraction.close()
  }
}

/** Links are made last: until then every path below `dir` is a real folder, so no entry can be written through a link. */
class Extraction implements TarVisitor {
  readonly #dir: string
  readonly #limits: Limits
  readonly #links: { readonly path: string; readonly target: string }[] = []
  #top: string | null = null
  #bytes = 0
  #file: FileHandle | null = null
  entries = 0

  constructor(dir: string, limits: Limits) {
    this.#dir = dir
    this.#limits = limits
  }

  async begin(entry: TarEntry): Promise<void> {
    this.entries += 1
    this.#bytes += entry.bytes
    if (this.entries > this.#limits.maxEntries || this.#bytes > this.#limits.maxBytes) {
      throw new RelayError('too_large', 'The archive is larger than is allowed here')
    }
    const path = this.#place(entry.path)
    if (path === null) {
      if (entry.type !== 'directory') throw refused(entry.path, 'it lies beside the one top folder')
      return
    }
    if (!this.#isWanted(entry, path)) return
    await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true })
    if (entry.type === 'symlink') this.#links.push({ path, target: this.#linkTarget(entry, path) })
    // Owner and special bits are not taken over; `wx` follows no link and overwrites nothing.
    if (entry.type === 'file') this.#file = await open(path, 'wx', entry.mode & 0o111 ? 0o755 : 0o644)
  }

  async content(chunk: Buffer): Promise<void> {
    await this.#file?.write(chunk)
  }

  async end(): Promise<void> {
    await this.close()
  }

  async finish(): Promise<void> {
    if (this.#top === null) throw new RelayError('invalid_input', 'The archive is empty')
    for (const { path, target } of this.#links) await symlink(target, path)
    // Links that are harmless one by one may lead out together: only the file system can tell.
    for (const { path } of this.#links) await this.#checkLink(path)
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = null
  }

  /** Where not all is wanted, folders are made by their files alone. */
  #isWanted({ type }: TarEntry, path: string): boolean {
    const { wants } = this.#limits
    return (
      wants === undefined || (type !== 'directory' && wants(relative(this.#dir, path).replaceAll(sep, '/')))
    )
  }

  /** null for the top folder itself, and for the `./` that tar writes of a folder given as `.`. */
  #place(entryPath: string): string | null {
    const parts = entryPath.split('/').filter(part => part !== '' && part !== '.')
    if (entryPath.startsWith('/') || parts.includes('..') || entryPath.includes('\0')) {
      throw refused(entryPath, 'it would lead out of the folder')
    }
    const [top, ...below] = parts
    if (top === undefined) return null
    this.#top ??= top
    if (this.#limits.top === 'kept') return join(this.#dir, ...parts)
    if (top !== this.#top) throw refused(entryPath, 'there must be exactly one folder at the top')
    return below.length === 0 ? null : join(this.#dir, ...below)
  }

  #linkTarget(entry: TarEntry, path: string): string {
    const inside = !posix.isAbsolute(entry.target) && this.#holds(resolve(dirname(path), entry.target))
    if (!inside) throw refused(entry.path, `it is a link to ${entry.target}, out of the folder`)
    return entry.target
  }

  async #checkLink(path: string): Promise<void> {
    try {
      if (!this.#holds(await realpath(path))) throw refused(path, 'it is a link that leads out of the folder')
    } catch (thrown) {
      // A link to nothing, or in a circle, leads nowhere.
      const code = systemErrorCode(thrown)
      if (code !== 'ENOENT' && code !== 'ELOOP' && code !== 'ENOTDIR') throw thrown
    }
  }

  #holds(path: string): boolean {
    return path === this.#dir || path.startsWith(this.#dir + sep)
  }
}

function refused(path: string, reason: string): RelayError {
  return new RelayError('invalid_input', `The archive's entry ${JSON.stringify(path)} is refused: ${reason}`)
}
