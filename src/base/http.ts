import type { Agent, IncomingMessage, RequestOptions } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { pipeline, Readable } from 'node:stream'

/**
 * Not an `import`: the namespace of an ES module import reads every property of node:http, one of which loads the whole
 * of Node's own fetch and WebSocket. That is 30 ms against 3.
 */
const http = process.getBuiltinModule('node:http')

/** A request to an absolute http or https URL. Redirects are answers like any other: the caller follows them, or does not. */
export interface HttpRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | StreamedBody
  readonly signal?: AbortSignal
  /** Milliseconds of silence after which the request fails with code ETIMEDOUT. */
  readonly idleTimeoutMs?: number
  /** Called when the request has left this process. */
  readonly onSent?: () => void
}

/** A body that is read while it is sent, so that a large file is never in memory. */
export interface StreamedBody {
  /** Its exact length in bytes. */
  readonly length: number
  readonly open: () => AsyncIterable<Uint8Array>
}

export interface HttpAnswer {
  readonly url: string
  readonly status: number
  readonly statusText: string
  /** Lower-case names; repeated headers are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>
  /** Must be read to its end or destroyed, else its socket stays taken. */
  readonly body: IncomingMessage
}

/** What a request that stayed silent for too long fails with. */
export class HttpTimeout extends Error {
  override readonly name = 'HttpTimeout'
  readonly code = 'ETIMEDOUT'
}

/** An answer longer than its reader allows. */
export class HttpBodyTooLarge extends Error {
  override readonly name = 'HttpBodyTooLarge'
}

const defaultIdleTimeoutMs = 30_000

/**
 * A small HTTP client on node:http with kept-alive connections. Loading it costs about 3 ms where the built-in `fetch`
 * costs 20: much, for a command that makes two requests. It never repeats a request and never follows a redirect.
 */
export class HttpClient {
  readonly #plain: Agent = new http.Agent({ keepAlive: true })
  #secure: HttpsAgent | null = null

  /**
   * Resolves when the head of the answer has arrived, whatever its status. Fails with Node's system error (ECONNREFUSED,
   * ENOTFOUND, ECONNRESET, ...), with HttpTimeout, or with the signal's reason.
   */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted()
    const url = new URL(request.url)
    const idleTimeoutMs = request.idleTimeoutMs ?? defaultIdleTimeoutMs
    const options: RequestOptions = {
      method: request.method ?? 'GET',
      headers: withLength(request),
      timeout: idleTimeoutMs,
      ...(request.signal ? { signal: request.signal } : {}),
    }
    const open = this.#opener(url)
    return new Promise((resolve, reject) => {
      const outgoing = open(url, options, message => resolve(answerOf(request.url, message)))
      outgoing.on('timeout', () =>
        outgoing.destroy(new HttpTimeout(`no answer from ${url.host} for ${idleTimeoutMs / 1000} s`)),
      )
      outgoing.on('error', error => reject(request.signal?.aborted ? request.signal.reason : error))
      if (request.onSent) outgoing.once('finish', request.onSent)
      const { body } = request
      if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) outgoing.end(body)
      else pipeline(Readable.from(wholly(body)).on('error', reject), outgoing, () => {})
    })
  }

  /** Closes idle connections. Without it they close by themselves and keep no process alive. */
  close(): void {
    this.#plain.destroy()
    this.#secure?.destroy()
  }

  #opener(url: URL) {
    if (url.protocol === 'http:') {
      return (to: URL, options: RequestOptions, done: (message: IncomingMessage) => void) =>
        http.request(to, { ...options, agent: this.#plain }, done)
    }
    if (url.protocol !== 'https:') throw new TypeError(`not an http or https address: ${url.href}`)
    const https = process.getBuiltinModule('node:https')
    // Only TLS traffic goes through a proxy: the hub and its runners are on loopback.
    this.#secure ??= new https.Agent({ keepAlive: true, proxyEnv: process.env })
    const agent = this.#secure
    return (to: URL, options: RequestOptions, done: (message: IncomingMessage) => void) =>
      https.request(to, { ...options, agent }, done)
  }
}

/** Reads an answer to its end. Throws HttpBodyTooLarge above `maxBytes`, and ECONNRESET where it was cut short. */
export async function readBody(answer: HttpAnswer, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      answer.body.destroy()
      throw new HttpBodyTooLarge(`the answer of ${new URL(answer.url).host} is longer than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, bytes)
}

function withLength(request: HttpRequest): Record<string, string> {
  const headers = { ...request.headers }
  const { body } = request
  if (body === undefined) return headers
  const isWhole = typeof body === 'string' || body instanceof Uint8Array
  return { ...headers, 'content-length': String(isWhole ? Buffer.byteLength(body) : body.length) }
}

/** A body that ends before its promised length breaks the request off: nobody waits for the rest. */
async function* wholly({ length, open }: StreamedBody): AsyncGenerator<Uint8Array> {
  let sent = 0
  for await (const chunk of open()) {
    sent += chunk.length
    yield chunk
  }
  if (sent !== length) throw new Error(`${sent} of ${length} bytes could be sent`)
}

function answerOf(url: string, message: IncomingMessage): HttpAnswer {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return {
    url,
    status: message.statusCode ?? 0,
    statusText: message.statusMessage ?? '',
    headers,
    body: message,
  }
}
