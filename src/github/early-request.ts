import type { HttpAnswer, HttpClient } from '../base/http.ts'
import { requestHeaders } from './request-headers.ts'
import { type GitHubTarget, repositoryUrl } from './target.ts'

/** A GET that is under way before the client that will ask for it has been loaded; its answer is used once. */
export interface EarlyRequest {
  readonly url: string
  readonly answer: Promise<HttpAnswer>
  /** Resolves when the request has left, or after some ms: loading modules keeps the event loop from sending it. */
  readonly sent: Promise<void>
}

/** Enough to connect on this machine; a distant server's handshake goes on beside what is loaded. */
const patienceMs = 10

/** Asks for the runners as the broker will: what is loaded meanwhile costs no time of its own. */
export function requestRunnersEarly(http: HttpClient, target: GitHubTarget): EarlyRequest {
  const url = repositoryUrl(target, '/actions/runners', { per_page: 100 })
  const { promise: sent, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, patienceMs)
  const onSent = () => {
    clearTimeout(timer)
    resolve()
  }
  const answer = http.send({ url, headers: requestHeaders(target.token), onSent })
  // Whoever asks for it gets the error; when nobody does, it is nobody's.
  answer.catch(() => {})
  return { url, answer, sent }
}
