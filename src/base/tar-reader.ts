import { RelayError } from './errors.ts'

export interface TarEntry {
  readonly path: string
  readonly type: 'file' | 'directory' | 'symlink'
  /** Of a symbolic link; '' otherwise. */
  readonly target: string
  readonly mode: number
  readonly bytes: number
}

/** What happens with the entries of an archive: each begins, brings its content in chunks, and ends. */
export interface TarVisitor {
  begin(entry: TarEntry): void | Promise<void>
  content(chunk: Buffer): void | Promise<void>
  end(): void | Promise<void>
}

const recordBytes = 512
/** Headers that carry names: far longer than any path of a file system. */
const maxHeaderContent = 1024 * 1024

/**
 * Reads a tar stream (POSIX ustar and pax, GNU long names), as git and GNU tar write them. Entries other than files,
 * folders and symbolic links are refused, and so is whatever is damaged: RelayError `invalid_input`. Gives the global
 * comment, in which `git archive` puts the commit; null when there is none.
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  visitor: TarVisitor,
): Promise<{ comment: string | null }> {
  const records = new RecordReader(source)
  let comment: string | null = null
  let extended = new Map<string, string>()
  for (let header = await records.header(); header !== null; header = await records.header()) {
    const type = header.toString('latin1', 156, 157)
    const bytes = Number(extended.get('size') ?? octal(header, 124, 12))
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw damaged('an entry has no size')
    if (type === 'g') {
      comment = parsePax(await records.headerContent(bytes)).get('comment') ?? comment
    } else if (type === 'x') {
      extended = new Map([...extended, ...parsePax(await records.headerContent(bytes))])
    } else if (type === 'L' || type === 'K') {
      extended.set(type === 'L' ? 'path' : 'linkpath', text(await records.headerContent(bytes), 0, bytes))
    } else {
      await visitor.begin(entryOf(header, type, bytes, extended))
      await records.content(bytes, chunk => visitor.content(chunk))
      await visitor.end()
      extended = new Map()
    }
  }
  return { comment }
}

function entryOf(
  header: Buffer,
  type: string,
  bytes: number,
  extended: ReadonlyMap<string, string>,
): TarEntry {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  const path = extended.get('path') ?? (prefix === '' ? name : `${prefix}/${name}`)
  const kind = entryTypes[type]
  if (kind === undefined) {
    throw new RelayError(
      'invalid_input',
      `The archive holds something other than files, folders and links: ${path}`,
    )
  }
  return {
    path,
    type: kind === 'file' && path.endsWith('/') ? 'directory' : kind,
    target: kind === 'symlink' ? (extended.get('linkpath') ?? text(header, 157, 100)) : '',
    mode: octal(header, 100, 8) & 0o777,
    bytes,
  }
}

const entryTypes: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '2': 'symlink',
  '5': 'directory',
}

/** Pax records: `<length> <key>=<value>\n`, the length counting the whole record in bytes. */
function parsePax(content: Buffer): Map<string, string> {
  const found = new Map<string, string>()
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const length = Number(content.toString('latin1', at, space))
    const record = content.toString('utf8', space + 1, at + length - 1)
    const equals = record.indexOf('=')
    if (space < 0 || !Number.isInteger(length) || length < 5 || equals < 0)
      throw damaged('a pax header is broken')
    found.set(record.slice(0, equals), record.slice(equals + 1))
    at += length
  }
  return found
}

function octal(header: Buffer, at: number, length: number): number {
  const digits = text(header, at, length).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN
}

function text(buffer: Buffer, at: number, length: number): string {
  const field = buffer.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? field.length : end)
}

function damaged(what: string): RelayError {
  return new RelayError('invalid_input', `The archive is damaged: ${what}`)
}

/** Cuts the stream into records of 512 bytes and contents padded to them. */
class RecordReader {
  readonly #chunks: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#chunks = source[Symbol.asyncIterator]()
  }

  /** null at the end: a record of zeros, or the end of the stream. */
  async header(): Promise<Buffer | null> {
    const record = await this.#take(recordBytes)
    if (record === null || record.every(byte => byte === 0)) return null
    const sum = record.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0)
    if (sum !== octal(record, 148, 8)) throw damaged('a header has a wrong checksum')
    return record
  }

  async headerContent(bytes: number): Promise<Buffer> {
    if (bytes > maxHeaderContent) throw damaged('a header is far too long')
    const chunks: Buffer[] = []
    await this.content(bytes, chunk => {
      chunks.push(chunk)
    })
    return Buffer.concat(chunks)
  }

  async content(bytes: number, onChunk: (chunk: Buffer) => void | Promise<void>): Promise<void> {
    for (let left = bytes; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#fill())) throw damaged('it ends too early')
      const chunk = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(chunk.length)
      left -= chunk.length
      await onChunk(chunk)
    }
    const padding = (recordBytes - (bytes % recordBytes)) % recordBytes
    if (padding > 0 && (await this.#take(padding)) === null) throw damaged('it ends too early')
  }

  async #take(bytes: number): Promise<Buffer | null> {
    while (this.#rest.length < bytes) if (!(await this.#fill())) return null
    const taken = this.#rest.subarray(0, bytes)
    this.#rest = this.#rest.subarray(bytes)
    return taken
  }

  async #fill(): Promise<boolean> {
    const { value, done } = await this.#chunks.next()
    if (done) return false
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value])
    return true
  }
}
