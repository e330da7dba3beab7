import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { access, mkdir, rename, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { systemErrorCode } from '../../base/errors.ts'
import { randomId } from '../../base/id.ts'
import { limitBytes } from '../request-body.ts'

/**
 * The bytes of blobs, one file each. What arrives is streamed to a file of its own and moved into place whole, so that
 * a reader never sees half of it; appended blocks are cut off again when they break off half-way.
 */
export class BlobFiles {
  readonly #folder: string
  /** The last append to each blob that is being appended to: they must not overtake each other. */
  readonly #appends = new Map<string, Promise<void>>()

  constructor(folder: string) {
    this.#folder = folder
    // What a killed hub was still receiving is of no use; staged blocks are, and stay.
    rmSync(join(folder, 'incoming'), { recursive: true, force: true })
    for (const name of ['incoming', 'blocks', 'whole'])
      mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
  }

  /** Replaces the content. An empty body only creates the blob: repeated, it must not undo what was appended since. */
  async put(id: string, body: Readable, limit: number): Promise<void> {
    const incoming = await this.#receive(body, limit)
    const isEmpty = (await stat(incoming)).size === 0
    if (isEmpty && (await this.size(id)) !== null) await rm(incoming)
    else await rename(incoming, this.#whole(id))
  }

  /** `expectedSize`: what the sender believes is there already; null when it does not say. */
  append(
    id: string,
    body: Readable,
    options: { readonly limit: number; readonly expectedSize: number | null },
  ): Promise<'appended' | 'other_size'> {
    return this.#inTurn(id, async () => {
      const size = (await this.size(id)) ?? 0
      if (options.expectedSize !== null && options.expectedSize !== size) return 'other_size'
      try {
        const target = createWriteStream(this.#whole(id), { flags: 'a', mode: 0o600 })
        await pipeline(body, limitBytes(options.limit - size), target)
        return 'appended'
      } catch (error) {
        await truncate(this.#whole(id), size)
        throw error
      }
    })
  }

  async stageBlock(id: string, blockId: string, body: Readable, limit: number): Promise<void> {
    const incoming = await this.#receive(body, limit)
    await mkdir(this.#blocks(id), { recursive: true, mode: 0o700 })
    await rename(incoming, join(this.#blocks(id), blockName(blockId)))
  }

  /** Assembles staged blocks in the order of the list and drops them. False when one of them was never staged. */
  async commitBlocks(id: string, blockIds: readonly string[]): Promise<boolean> {
    const paths = blockIds.map(blockId => join(this.#blocks(id), blockName(blockId)))
    if (!(await allExist(paths))) return false
    const incoming = await this.#receive(Readable.from(concatenated(paths)), Number.POSITIVE_INFINITY)
    await rename(incoming, this.#whole(id))
    await rm(this.#blocks(id), { recursive: true, force: true })
    return true
  }

  /** Bytes; null when nothing was put there yet. */
  async size(id: string): Promise<number | null> {
    return (await this.describe(id))?.size ?? null
  }

  /** `tag`: an entity tag, another for other bytes; null when nothing was put there yet. */
  async describe(id: string): Promise<{ readonly size: number; readonly tag: string } | null> {
    try {
      const { size, mtimeMs } = await stat(this.#whole(id))
      return { size, tag: `"${size.toString(16)}-${Math.trunc(mtimeMs).toString(16)}"` }
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null
      throw error
    }
  }

  /** `bounds`: the first and the last byte to read; left out, all of them. */
  read(id: string, bounds: { readonly start?: number; readonly end?: number } = {}): Readable {
    return createReadStream(this.#whole(id), bounds)
  }

  async sha256(id: string): Promise<string> {
    const hash = createHash('sha256')
    await pipeline(this.read(id), hash)
    return hash.digest('hex')
  }

  remove(id: string): void {
    rmSync(this.#whole(id), { force: true })
    rmSync(this.#blocks(id), { recursive: true, force: true })
  }

  /** Drops the staged blocks of those uploads that will never end. */
  dropBlocks(isAbandoned: (id: string) => boolean): void {
    for (const id of readdirSync(join(this.#folder, 'blocks'))) {
      if (isAbandoned(id)) rmSync(this.#blocks(id), { recursive: true, force: true })
    }
  }

  /** Drops the bytes that no row speaks of: a hub was killed between writing the one and the other. */
  dropOrphans(isKnown: (id: string) => boolean): void {
    for (const id of readdirSync(join(this.#folder, 'whole'))) {
      if (!isKnown(id)) rmSync(this.#whole(id), { force: true })
    }
  }

  async #receive(body: Readable, limit: number): Promise<string> {
    const path = join(this.#folder, 'incoming', randomId())
    try {
      await pipeline(body, limitBytes(limit), createWriteStream(path, { mode: 0o600 }))
      return path
    } catch (error) {
      await rm(path, { force: true })
      throw error
    }
  }

  async #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#appends.get(id) ?? Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#appends.set(id, promise)
    await before
    try {
      return await work()
    } finally {
      resolve()
      if (this.#appends.get(id) === promise) this.#appends.delete(id)
    }
  }

  #whole(id: string): string {
    return join(this.#folder, 'whole', id)
  }

  #blocks(id: string): string {
    return join(this.#folder, 'blocks', id)
  }
}

/** Block ids are a client's own words: hashed, they can neither leave the folder nor be too long. */
function blockName(blockId: string): string {
  return createHash('sha256').update(blockId).digest('hex')
}

async function allExist(paths: readonly string[]): Promise<boolean> {
  for (const path of new Set(paths)) {
    try {
      await access(path)
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return false
      throw error
    }
  }
  return true
}

async function* concatenated(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>
}
