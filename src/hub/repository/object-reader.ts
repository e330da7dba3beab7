import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { RelayError } from '../../base/errors.ts'
import { gitArguments, gitEnvironment } from './git-command.ts'
import type { StoredObject } from './repository.ts'

interface Pending {
  readonly resolve: (object: StoredObject | null) => void
  readonly reject: (error: Error) => void
}

const answerTimeoutMs = 10_000

/**
 * Reads objects and resolves names through one resident `git cat-file --batch`: a lookup costs a fraction of a
 * millisecond where a new process costs several. Names travel on stdin, one a line, so none can become an option;
 * git reads refs anew for each line, so a new commit is seen at once.
 */
export class ObjectReader {
  readonly #path: string
  readonly #maxBytes: number
  readonly #pending: Pending[] = []
  #child: ChildProcessWithoutNullStreams | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(path: string, options: { readonly maxBytes: number }) {
    this.#path = path
    this.#maxBytes = options.maxBytes
  }

  /** The object a revision names (`refs/heads/main^{commit}`, `<sha>:path`), or null when there is none. */
  async read(revision: string): Promise<StoredObject | null> {
    if (/[\n\r\0]/.test(revision)) return null
    const child = this.#child ?? this.#start()
    const answer = new Promise<StoredObject | null>((resolve, reject) =>
      this.#pending.push({ resolve, reject }),
    )
    this.#timer ??= this.#watch(child)
    child.stdin.write(`${revision}\n`)
    return await answer
  }

  /** Idempotent. Lookups under way are rejected. */
  close(): void {
    this.#child?.kill('SIGKILL')
    if (this.#child) this.#fail(this.#child, 'the repository was closed')
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('git', gitArguments(this.#path, 'cat-file', '--batch'), { env: gitEnvironment() })
    const parser = new BatchParser(this.#maxBytes, object => this.#deliver(child, object))
    child.stdout.on('data', (chunk: Buffer) => parser.push(chunk))
    child.stderr.resume()
    child.stdin.on('error', error => this.#fail(child, error.message))
    child.on('error', error => this.#fail(child, error.message))
    child.on('close', () => this.#fail(child, 'git cat-file ended'))
    this.#child = child
    return child
  }

  #deliver(child: ChildProcessWithoutNullStreams, object: StoredObject | null): void {
    if (child !== this.#child) return
    this.#pending.shift()?.resolve(object)
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = this.#pending.length > 0 ? this.#watch(child) : null
  }

  #watch(child: ChildProcessWithoutNullStreams): NodeJS.Timeout {
    return setTimeout(() => {
      child.kill('SIGKILL')
      this.#fail(child, 'git cat-file did not answer')
    }, answerTimeoutMs)
  }

  /** Ends all lookups of a child that is gone; the next lookup starts another. */
  #fail(child: ChildProcessWithoutNullStreams, reason: string): void {
    if (child !== this.#child) return
    this.#child = null
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const error = new RelayError('internal', `Cannot read the git repository ${this.#path}: ${reason}.`, {
      hint: `Check it with: git -C ${this.#path} status`,
    })
    for (const pending of this.#pending.splice(0)) pending.reject(error)
  }
}

/** Cuts the stream of `<sha> <type> <size>\n<content>\n` and `<name> missing\n` answers into objects. */
class BatchParser {
  readonly #maxBytes: number
  readonly #onObject: (object: StoredObject | null) => void
  #buffered: Buffer = Buffer.alloc(0)
  #skip = 0

  constructor(maxBytes: number, onObject: (object: StoredObject | null) => void) {
    this.#maxBytes = maxBytes
    this.#onObject = onObject
  }

  push(chunk: Buffer): void {
    const skipped = Math.min(this.#skip, chunk.length)
    this.#skip -= skipped
    const rest = chunk.subarray(skipped)
    this.#buffered = this.#buffered.length === 0 ? rest : Buffer.concat([this.#buffered, rest])
    while (this.#takeOne()) {
      // Several answers may stand in one chunk.
    }
  }

  #takeOne(): boolean {
    const lineEnd = this.#buffered.indexOf(0x0a)
    if (lineEnd < 0) return false
    const header = /^([0-9a-f]{40,64}) (\w+) (\d+)$/.exec(this.#buffered.toString('utf8', 0, lineEnd))
    const [, sha, type, sizeText] = header ?? []
    if (sha === undefined || type === undefined || sizeText === undefined) {
      this.#buffered = this.#buffered.subarray(lineEnd + 1)
      this.#onObject(null)
      return true
    }
    const size = Number(sizeText)
    const start = lineEnd + 1
    const end = start + size
    if (size > this.#maxBytes) return this.#skipLarge({ sha, type, size, content: null }, end + 1)
    if (this.#buffered.length < end + 1) return false
    const content = Buffer.from(this.#buffered.subarray(start, end))
    this.#buffered = this.#buffered.subarray(end + 1)
    this.#onObject({ sha, type, size, content })
    return true
  }

  #skipLarge(object: StoredObject, length: number): boolean {
    const here = Math.min(length, this.#buffered.length)
    this.#skip = length - here
    this.#buffered = this.#buffered.subarray(here)
    this.#onObject(object)
    return true
  }
}
