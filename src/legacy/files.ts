import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Redis } from 'ioredis'
import { RelayError } from '../base/errors.ts'
import type { FileToPut, KeptFile } from '../model/broker.ts'

/** Redis holds everything in memory. */
const largestFile = 256 * 1024 * 1024
const chunkBytes = 4 * 1024 * 1024
const lifeMs = 30 * 86_400_000
/** An upload that broke off is gone after so long. */
const unfinishedMs = 3_600_000

interface KeptRecord extends Omit<KeptFile, 'id'> {
  readonly bytes: number
}

/** Files for jobs, in pieces. Their ids look like GitHub's (`<release>/<asset>`), so that jobs ask for them the same way. */
export class RedisFiles {
  readonly #redis: Redis
  readonly #prefix: string

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** Whole or not at all. Throws `too_large`, and `file_unusable` for a file that has changed meanwhile. */
  async put({ path, bytes, sha256, label }: FileToPut): Promise<string> {
    if (bytes > largestFile) {
      throw new RelayError('too_large', `Redis mode takes files of at most ${largestFile / 1024 ** 2} MB.`, {
        hint: 'Let the machine fetch it by url=..., or name it there with path=...',
      })
    }
    const id = await this.#redis.incr(this.#key('last-file'))
    const pieces = this.#key(`file:${id}:pieces`)
    const hash = createHash('sha256')
    for await (const piece of createReadStream(path, { end: bytes - 1, highWaterMark: chunkBytes })) {
      hash.update(piece)
      await this.#redis.multi().rpush(pieces, piece).pexpire(pieces, unfinishedMs).exec()
    }
    if (hash.digest('hex') !== sha256) {
      await this.#redis.del(pieces)
      throw new RelayError('file_unusable', `What arrived at the broker is not ${path} as it was read.`, {
        hint: 'It may have changed meanwhile: submit it again.',
      })
    }
    const createdAt = new Date().toISOString()
    await this.#redis
      .multi()
      .pexpire(pieces, lifeMs)
      .hset(this.#key('files'), String(id), JSON.stringify({ label, bytes, createdAt } satisfies KeptRecord))
      .exec()
    return `${id}/${id}`
  }

  async remove(id: string): Promise<void> {
    const number = numberOf(id)
    await this.#redis
      .multi()
      .hdel(this.#key('files'), number)
      .del(this.#key(`file:${number}:pieces`))
      .exec()
  }

  async list(): Promise<readonly KeptFile[]> {
    const files = await this.#redis.hgetall(this.#key('files'))
    return Object.entries(files).map(([number, json]) => {
      const { label, createdAt } = JSON.parse(json) as KeptRecord
      return { id: `${number}/${number}`, label, createdAt }
    })
  }

  /** null: there is no such file (any more). */
  async sizeOf(number: string): Promise<number | null> {
    const json = await this.#redis.hget(this.#key('files'), number)
    return json === null ? null : (JSON.parse(json) as KeptRecord).bytes
  }

  /** The pieces of a file, in their order, each read as it is asked for; none where the file is gone. */
  async *read(number: string): AsyncGenerator<Buffer> {
    for (let index = 0; ; index += 1) {
      const piece = await this.#redis.lindexBuffer(this.#key(`file:${number}:pieces`), index)
      if (piece === null) return
      yield piece
    }
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`
  }
}

function numberOf(id: string): string {
  const number = /^(\d{1,15})\/\1$/.exec(id)?.[1]
  if (number !== undefined) return number
  throw new RelayError('invalid_input', `${JSON.stringify(id.slice(0, 40))} names no file of this broker.`)
}
