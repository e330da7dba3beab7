import { type HttpAnswer, type HttpClient, readBody } from '../base/http.ts'
import type { EarlyRequest } from './early-request.ts'

/** GitHub's JSON answers stay well below this; files are streamed by download.ts and never come this way. */
const maxAnswerBytes = 64 * 1024 * 1024

interface FetchOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/**
 * What @octokit/request asks of a `fetch`: status, url, headers that can be iterated and asked, and a body as text or
 * bytes. The built-in fetch would cost a command 20 ms to load.
 */
export function octokitFetch(http: HttpClient, early: EarlyRequest | null) {
  let waiting = early
  const send = (url: string, options: FetchOptions): Promise<HttpAnswer> => {
    if (waiting?.url === url && options.method === 'GET') {
      const { answer } = waiting
      waiting = null
      return answer
    }
    return http.send({
      url,
      method: options.method ?? 'GET',
      ...(options.headers ? { headers: options.headers } : {}),
      ...(options.body === undefined ? {} : { body: options.body }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  }
  return async (url: string, options: FetchOptions = {}) => {
    const answer = await send(url, options)
    const bytes = await readBody(answer, maxAnswerBytes)
    return {
      url: answer.url,
      status: answer.status,
      statusText: answer.statusText,
      headers: answer.headers,
      text: async () => bytes.toString('utf8'),
      arrayBuffer: async () => new Uint8Array(bytes).buffer,
    }
  }
}
