import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Millis } from './clock.ts'
import { type ErrorCode, RelayError } from './errors.ts'
import { fileTooLarge } from './file-too-large.ts'
import { openGuarded, reasonOf, systemTransport, type Transport } from './guarded-request.ts'
import { onSilence } from './on-silence.ts'
import { type OutboundPolicy, type OutboundTarget, readTarget } from './outbound.ts'
import { explainSystemError } from './system-error.ts'

export interface DownloadOptions {
  readonly url: string
  /** For the server of `url` alone: whoever it redirects to does not get them. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where the whole file ends up; until then it is `<path>.part`. */
  readonly path: string
  readonly policy: OutboundPolicy
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Sees the first bytes (512, or all of a shorter file) and the declared type, and throws to refuse the file. */
  readonly inspect: (head: Buffer, contentType: string) => void
  readonly onBytes?: (received: number, total: number | null) => void
  /** Default 30 s without a byte. */
  readonly stallMs?: number
  /** Told once of each silence that lasts so long: until the download breaks off for it, nothing else is heard. */
  readonly silence?: { readonly ms: Millis; readonly tell: (silence: Silence) => void }
  /** Pauses between attempts; their number plus one is the number of attempts. */
  readonly pausesMs?: readonly number[]
  /** The same until the server has answered once; default `pausesMs`. For a person who waits: where no network is, none comes. */
  readonly reachPausesMs?: readonly number[]
  readonly transport?: Transport
  /**
   * What has arrived stays when the download breaks off or is aborted, and the next one goes on with it. Only for a file
   * whose content is verified afterwards: nothing tells that both parts are of one version.
   */
  readonly keepsPart?: boolean
}

/** What a person may want to know who waits for a server that says nothing. */
export interface Silence {
  readonly host: string
  readonly ms: Millis
  /** When it is given up, and tried again if tries are left. */
  readonly stallMs: Millis
  /** From 1 on. */
  readonly attempt: number
  readonly attempts: number
}

export interface Downloaded {
  readonly bytes: number
  /** Where the redirects led. */
  readonly url: string
}

const maxRedirects = 10
const usualStallMs = 30_000
const headBytes = 512

/**
 * Fetches one file through the guard of `openGuarded`, whole or not at all. A connection that is cut is resumed with
 * Range where the server names a strong version (RFC 9110 §13.1.5, §14), else begun anew. Throws `invalid_input`,
 * `url_not_found`, `url_refused`, `url_forbidden`, `too_large`, `download_truncated`, `download_failed`,
 * `disk_full`, or what `inspect` throws.
 */
export async function download(options: DownloadOptions): Promise<Downloaded> {
  const partPath = `${options.path}.part`
  const file = await open(partPath, options.keepsPart ? constants.O_RDWR | constants.O_CREAT : 'w')
  try {
    const transfer = new Transfer(options, file)
    if (options.keepsPart) await transfer.takeUp()
    const downloaded = await transfer.run()
    await file.sync()
    await file.close()
    await rename(partPath, options.path)
    return downloaded
  } catch (thrown) {
    await file.close()
    const isPassing = options.signal.aborted || isWorthAnotherAttempt(thrown)
    if (!options.keepsPart || !isPassing) await rm(partPath, { force: true })
    throw thrown
  }
}

/** What is known of the file between attempts. */
class Transfer {
  readonly #options: DownloadOptions
  readonly #file: FileHandle
  #received = 0
  #total: number | null = null
  /** A strong ETag or a date, by which the server can tell that the rest belongs to what we have. */
  #validator: string | null = null
  /** What we have is of an earlier download, whose version is not known. */
  #isTakenUp = false
  #contentType = ''
  #head = Buffer.alloc(0)
  #inspected = false
  #hasAnswered = false
  #attempts = 0
  /** Whose answer is waited for. */
  #host = ''
  /** null: nobody wants to be told. */
  readonly #silence: ReturnType<typeof onSilence> | null

  constructor(options: DownloadOptions, file: FileHandle) {
    this.#options = options
    this.#file = file
    const { silence } = options
    this.#silence = silence ? onSilence(silence.ms, () => silence.tell(this.#silenceOf(silence.ms))) : null
  }

  get #stallMs(): Millis {
    return this.#options.stallMs ?? usualStallMs
  }

  /** Between attempts: less where no attempt has been answered. */
  get #pauses(): readonly Millis[] {
    const { pausesMs = [250, 750, 1500], reachPausesMs = pausesMs } = this.#options
    return this.#hasAnswered ? pausesMs : reachPausesMs
  }

  #silenceOf(ms: Millis): Silence {
    return {
      ...{ host: this.#host, ms, stallMs: this.#stallMs },
      ...{ attempt: this.#attempts, attempts: this.#pauses.length + 1 },
    }
  }

  /** Goes on with what an earlier download left. */
  async takeUp(): Promise<void> {
    const { size } = await this.#file.stat()
    if (size <= headBytes) return
    const { buffer } = await this.#file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    this.#head = buffer
    this.#received = size
    this.#isTakenUp = true
  }

  async run(): Promise<Downloaded> {
    for (;;) {
      this.#attempts++
      try {
        return await this.#attempt()
      } catch (thrown) {
        this.#options.signal.throwIfAborted()
        const wait = this.#pauses[this.#attempts - 1]
        if (wait === undefined || !isWorthAnotherAttempt(thrown)) throw thrown
        await pause(wait, undefined, { signal: this.#options.signal })
      }
    }
  }

  async #attempt(): Promise<Downloaded> {
    try {
      return await this.#fetch()
    } finally {
      this.#silence?.end()
    }
  }

  async #fetch(): Promise<Downloaded> {
    const { target, response } = await this.#follow(readTarget(this.#options.url, this.#options.policy))
    try {
      if (response.statusCode === 416) this.#requireInspected()
      else {
        if (!this.#continues(response)) await this.#begin(response)
        await this.#read(response)
      }
      return { bytes: this.#received, url: target.url.href }
    } finally {
      response.destroy()
    }
  }

  /** Follows redirects by hand, so that each is checked as if it had been the address given. */
  async #follow(first: OutboundTarget): Promise<{ target: OutboundTarget; response: IncomingMessage }> {
    let target = first
    for (let hops = 0; hops <= maxRedirects; hops++) {
      const response = await this.#open(target, hops === 0 ? (this.#options.headers ?? {}) : {})
      this.#hasAnswered = true
      const next = redirectOf(response, target)
      if (next === null) {
        if (this.#isAllThere(response)) return { target, response }
        if (response.statusCode === 416) this.#forgetPart()
        requireUsableStatus(response, target)
        return { target, response }
      }
      response.destroy()
      const following = readTarget(next, this.#options.policy)
      if (target.secure && !following.secure) {
        throw new RelayError('url_refused', `${target.url.host} redirects from https to http.`, {
          hint: `Give the address it leads to, if it may be fetched in the clear: http://${following.url.host}/...`,
        })
      }
      target = following
    }
    throw new RelayError('url_refused', `${first.url.host} redirects more than ${maxRedirects} times.`, {
      hint: 'Open it in a browser, and give the address where it ends.',
    })
  }

  #open(target: OutboundTarget, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const condition: Record<string, string> = this.#validator === null ? {} : { 'if-range': this.#validator }
    const continues = this.#received > 0 && (this.#validator !== null || this.#isTakenUp)
    const range = continues ? { range: `bytes=${this.#received}-`, ...condition } : {}
    this.#host = target.url.host
    this.#silence?.broken()
    return openGuarded({
      target,
      policy: this.#options.policy,
      signal: this.#options.signal,
      stallMs: this.#stallMs,
      transport: this.#options.transport ?? systemTransport,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'relayq', ...range, ...headers },
    })
  }

  /** Of a file whose length was not told: nothing follows what we have (RFC 9110 §15.5.17). */
  #isAllThere({ statusCode, headers }: IncomingMessage): boolean {
    return statusCode === 416 && headers['content-range'] === `bytes */${this.#received}`
  }

  /** True for a 206 that goes on exactly where we stopped; any other answer brings the file from its beginning. */
  #continues(response: IncomingMessage): boolean {
    if (response.statusCode !== 206) return false
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers['content-range'] ?? '')
    const total = range?.[2] === '*' ? this.#total : Number(range?.[2])
    const isSameFile = this.#total === null || total === this.#total
    if (Number(range?.[1]) === this.#received && isSameFile) {
      this.#total = total
      return true
    }
    this.#forgetPart()
    throw new RelayError(
      'download_failed',
      'The server answered with another part of the file than was asked for.',
    )
  }

  /** It has nothing to go on: the next request is for the whole file. */
  #forgetPart(): void {
    this.#validator = null
    this.#isTakenUp = false
  }

  async #begin(response: IncomingMessage): Promise<void> {
    await this.#file.truncate(0)
    this.#isTakenUp = false
    this.#received = 0
    this.#head = Buffer.alloc(0)
    this.#inspected = false
    this.#contentType = response.headers['content-type'] ?? ''
    const length = response.headers['content-length']
    this.#total = length === undefined ? null : Number(length)
    const etag = response.headers.etag
    this.#validator =
      etag === undefined ? (response.headers['last-modified'] ?? null) : etag.startsWith('W/') ? null : etag
    this.#refuseTooLarge(this.#total ?? 0)
  }

  async #read(response: IncomingMessage): Promise<void> {
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) await this.#take(chunk)
    } catch (thrown) {
      this.#options.signal.throwIfAborted()
      if (thrown instanceof RelayError) throw thrown
      // Our disk, not the server: another attempt would not help.
      throw explainSystemError(thrown) ?? this.#truncated(reasonOf(thrown), thrown)
    }
    if (this.#total !== null && this.#received !== this.#total)
      throw this.#truncated('the server stopped sending')
    this.#requireInspected()
  }

  /** A file shorter than its beginning is shown when it is whole. */
  #requireInspected(): void {
    if (!this.#inspected) this.#options.inspect(this.#head, this.#contentType)
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#silence?.broken()
    this.#refuseTooLarge(this.#received + chunk.length)
    if (!this.#inspected) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, headBytes - this.#head.length)])
      if (this.#head.length === headBytes) {
        this.#options.inspect(this.#head, this.#contentType)
        this.#inspected = true
      }
    }
    await this.#file.write(chunk, 0, chunk.length, this.#received)
    this.#received += chunk.length
    this.#options.onBytes?.(this.#received, this.#total)
  }

  #refuseTooLarge(bytes: number): void {
    const { maxBytes } = this.#options
    if (bytes > maxBytes) throw fileTooLarge(maxBytes)
  }

  #truncated(reason: string, cause?: unknown): RelayError {
    const of = this.#total === null ? '' : ` of ${this.#total}`
    return new RelayError(
      'download_truncated',
      `The download broke off after ${this.#received}${of} bytes: ${reason}.`,
      { hint: 'Try again later; if it happens each time, the server is at fault.', cause },
    )
  }
}

function redirectOf(response: IncomingMessage, target: OutboundTarget): string | null {
  const location = response.headers.location
  const isRedirect = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0)
  if (!isRedirect || location === undefined) return null
  return URL.parse(location, target.url.href)?.href ?? location
}

function requireUsableStatus(response: IncomingMessage, target: OutboundTarget): void {
  const status = response.statusCode ?? 0
  if (status === 200 || status === 206) return
  response.destroy()
  const said = `${target.url.host} answered ${status}${response.statusMessage ? ` ${response.statusMessage}` : ''}`
  if (status === 404 || status === 410) {
    throw new RelayError('url_not_found', `${said}: there is no such file.`, { hint: 'Check the address.' })
  }
  if (status === 429) {
    throw new RelayError('rate_limited', `${said}: it is asked too often.`, { hint: 'Try again later.' })
  }
  if (status >= 500 || temporaryStatuses.has(status)) {
    throw new RelayError('download_failed', `${said}.`, { hint: 'Try again later.' })
  }
  throw new RelayError('url_refused', `${said}.`, { hint: 'Use an address that needs no login.' })
}

/** Request timeout, range gone (then the file is fetched anew), too early: another attempt may do. */
const temporaryStatuses: ReadonlySet<number> = new Set([408, 416, 425])

function isWorthAnotherAttempt(thrown: unknown): boolean {
  return thrown instanceof RelayError && passingFaults.has(thrown.code)
}

const passingFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'download_truncated',
  'download_failed',
  'rate_limited',
])
