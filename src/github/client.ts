import { RelayError } from '../base/errors.ts'
import { type HttpAnswer, HttpClient, type HttpRequest, readBody, type StreamedBody } from '../base/http.ts'
import { parseJson } from '../base/json.ts'
import { retry, type Sleep } from '../base/retry.ts'
import type { EarlyRequest } from './early-request.ts'
import { HttpFault, isPassingFault, translateError } from './errors.ts'
import { RememberedAnswers } from './remembered.ts'
import { requestHeaders } from './request-headers.ts'
import { type GitHubTarget, type Query, repositoryUrl, rootUrl } from './target.ts'

interface GitHubClientOptions {
  /**
   * Which start of a hub is meant: each of its answers names it, so the check costs no round trip of its own. Asked
   * again when an answer names another, since a hub may be started anew; one that is still not meant is
   * `broker_unreachable`. null: any server will do.
   */
  readonly instanceId?: () => string | null
  /** A request that was sent by `http` before this client was loaded. */
  readonly early?: EarlyRequest | null
  readonly http?: HttpClient
  /** Ends every request, and the pauses between them. */
  readonly signal?: AbortSignal
  /** Between two tries. */
  readonly sleep?: Sleep
}

interface ListOptions {
  /** What has not changed since the last time is not sent again. */
  readonly remember?: boolean
}

/** An answer below 400. `data` is null where the body is no JSON. */
export interface Answer {
  readonly url: string
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly data: unknown
}

/** GitHub's JSON answers stay well below this; files are streamed by download.ts and never come this way. */
const maxAnswerBytes = 64 * 1024 * 1024
/** Longest silence of an upload: when all is sent, GitHub still has to store it. */
const uploadIdleMs = 120_000
/** The largest page the REST API gives. */
const perPage = 100

/**
 * One repository at one server. Reads are tried three times when the network or the server stumbles; everything else is
 * sent exactly once, for a repeated dispatch is a doubled job. No redirect is followed: the answer to a download is the
 * 302 itself. Throws what `translateError` makes of a refusal or a silence.
 */
export class GitHubClient {
  readonly target: GitHubTarget
  readonly http: HttpClient
  readonly #currentInstance: () => string | null
  readonly #remembered = new RememberedAnswers()
  #instance: string | null
  #early: EarlyRequest | null
  readonly #signal: AbortSignal | undefined
  readonly #pauses: { readonly sleep?: Sleep }

  constructor(target: GitHubTarget, options: GitHubClientOptions = {}) {
    this.target = target
    this.http = options.http ?? new HttpClient()
    this.#currentInstance = options.instanceId ?? (() => null)
    this.#instance = this.#currentInstance()
    this.#early = options.early ?? null
    this.#signal = options.signal
    this.#pauses = options.sleep ? { sleep: options.sleep } : {}
  }

  /** `path` is what follows the repository: `/actions/runs/1`. Its parts are the caller's to encode. */
  get(path: string, query: Query = {}): Promise<Answer> {
    return this.#read(repositoryUrl(this.target, path, query))
  }

  post(path: string, body?: object): Promise<Answer> {
    return this.#write('POST', repositoryUrl(this.target, path), body)
  }

  put(path: string, body?: object): Promise<Answer> {
    return this.#write('PUT', repositoryUrl(this.target, path), body)
  }

  patch(path: string, body: object): Promise<Answer> {
    return this.#write('PATCH', repositoryUrl(this.target, path), body)
  }

  delete(path: string): Promise<Answer> {
    return this.#write('DELETE', repositoryUrl(this.target, path))
  }

  /** Of the API itself, not of the repository: `/user`. */
  getRoot(path: string, query: Query = {}): Promise<Answer> {
    return this.#read(rootUrl(this.target, path, query))
  }

  postRoot(path: string, body: object): Promise<Answer> {
    return this.#write('POST', rootUrl(this.target, path), body)
  }

  /** A body that is too large to be held in memory. */
  postStreamed(path: string, body: StreamedBody): Promise<Answer> {
    const url = repositoryUrl(this.target, path)
    return this.#ask({ url, method: 'POST', body, idleTimeoutMs: uploadIdleMs })
  }

  /** Sends bytes to an address that an answer has named: GitHub takes them at a host of its own. */
  upload(url: string, body: StreamedBody): Promise<Answer> {
    const headers = { 'content-type': 'application/octet-stream' }
    return this.#ask({ url, method: 'POST', headers, body, idleTimeoutMs: uploadIdleMs })
  }

  /** Every item of a list, page after page as GitHub links them; `member` is the list's name in the answer, null for a bare one. With `remember` what has not changed since the last time is not sent again. */
  list(
    path: string,
    member: string | null,
    query: Query = {},
    options: ListOptions = {},
  ): AsyncGenerator<unknown> {
    return this.#pages(repositoryUrl(this.target, path, { per_page: perPage, ...query }), member, options)
  }

  /** The same of a path below the API itself. */
  listRoot(path: string, member: string | null, options: ListOptions = {}): AsyncGenerator<unknown> {
    return this.#pages(rootUrl(this.target, path, { per_page: perPage }), member, options)
  }

  close(): void {
    this.http.close()
  }

  async *#pages(first: string, member: string | null, options: ListOptions): AsyncGenerator<unknown> {
    let url: string | null = first
    while (url !== null) {
      const answer: Answer = options.remember ? await this.#readAgain(url) : await this.#read(url)
      const items = member === null ? answer.data : (answer.data as Record<string, unknown> | null)?.[member]
      if (Array.isArray(items)) yield* items
      url = nextPage(answer)
    }
  }

  async #readAgain(url: string): Promise<Answer> {
    return this.#remembered.resolve(url, await this.#read(url, this.#remembered.headersFor(url)))
  }

  #read(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const request = { url, headers }
    return this.#translating(() =>
      retry(() => this.#exchange(request), {
        attempts: 3,
        firstDelayMs: 200,
        isRetryable: isPassingFault,
        ...this.#pauses,
        ...this.#untilAborted(),
      }),
    )
  }

  #write(method: string, url: string, body?: object): Promise<Answer> {
    return this.#ask({ url, method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  }

  #ask(request: HttpRequest): Promise<Answer> {
    return this.#translating(() => this.#exchange(request))
  }

  async #translating(exchange: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await exchange()
      this.#requireInstance(answer.headers.get('x-relayq-instance'))
      return answer
    } catch (thrown) {
      throw translateError(thrown, this.target.apiUrl)
    }
  }

  /** One request and its whole answer. Throws HttpFault for a status of 400 or more, and where no answer came. */
  async #exchange(request: HttpRequest): Promise<Answer> {
    try {
      const answer = await this.#send(request)
      const data = parseJson((await readBody(answer, maxAnswerBytes)).toString('utf8'))
      const { url, status, headers } = answer
      if (status >= 400) throw new HttpFault(status, headers, data)
      return { url, status, headers, data }
    } catch (thrown) {
      throw thrown instanceof HttpFault ? thrown : HttpFault.ofSilence(thrown)
    }
  }

  #send(request: HttpRequest): Promise<HttpAnswer> {
    const early = this.#early
    if (early?.url === request.url && request.method === undefined) {
      this.#early = null
      return early.answer
    }
    const headers = { ...requestHeaders(this.target.token), ...request.headers }
    return this.http.send({ ...request, headers, ...this.#untilAborted() })
  }

  #untilAborted(): { readonly signal?: AbortSignal } {
    return this.#signal ? { signal: this.#signal } : {}
  }

  #requireInstance(answered: string | undefined): void {
    if (this.#instance === null || answered === this.#instance) return
    this.#instance = this.#currentInstance()
    if (answered === this.#instance) return
    throw new RelayError('broker_unreachable', `Another server answers at ${this.target.apiUrl}.`, {
      hint: 'See what listens there, or start the hub anew: relayq down, then relayq up',
    })
  }
}

/** Of `Link: <https://…?page=2>; rel="next", …`. A server cannot send the token elsewhere by it: the origin must stay. */
function nextPage({ url, headers }: Answer): string | null {
  const next = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1]
  if (next === undefined) return null
  const target = new URL(next, url)
  return target.origin === new URL(url).origin ? target.href : null
}
