import { HttpClient, readBody } from '../base/http.ts'
import { type Json, parseJson } from '../base/json.ts'

export interface ServiceAnswer {
  readonly status: number
  /** null when the answer is not JSON: an empty one, or a proxy's page. */
  readonly json: Json
}

interface CallOptions {
  readonly signal?: AbortSignal
  /** Milliseconds of silence; 30 s when left out. */
  readonly idleTimeoutMs?: number
}

const maxAnswerBytes = 50 * 1024 * 1024

/**
 * One party's calls to the hub: JSON with one bearer token, on kept-alive connections. Every HTTP status is an answer;
 * what is thrown is a connection that failed or a signal that fired. Nothing is repeated here: callers know what may be.
 */
export class ServiceClient {
  readonly #http = new HttpClient()
  readonly #token: string
  #closed = false

  constructor(token: string) {
    this.#token = token
  }

  get(url: string, options: CallOptions = {}): Promise<ServiceAnswer> {
    return this.#send('GET', url, undefined, options)
  }

  delete(url: string, options: CallOptions = {}): Promise<ServiceAnswer> {
    return this.#send('DELETE', url, undefined, options)
  }

  post(url: string, body: object, options: CallOptions = {}): Promise<ServiceAnswer> {
    return this.#send('POST', url, JSON.stringify(body), options)
  }

  /** To a signed URL: no token is sent, since the URL is the permission. Answers the status. */
  async put(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
    this.#refuseWhenClosed()
    const answer = await this.#http.send({ url, method: 'PUT', headers, body })
    await readBody(answer, maxAnswerBytes)
    return answer.status
  }

  /** Nothing is sent after it. */
  close(): void {
    this.#closed = true
    this.#http.close()
  }

  async #send(
    method: string,
    url: string,
    body: string | undefined,
    options: CallOptions,
  ): Promise<ServiceAnswer> {
    this.#refuseWhenClosed()
    const answer = await this.#http.send({
      url,
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      ...options,
    })
    const bytes = await readBody(answer, maxAnswerBytes)
    return { status: answer.status, json: parseJson(bytes.toString('utf8')) }
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Error('this client is closed')
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}
