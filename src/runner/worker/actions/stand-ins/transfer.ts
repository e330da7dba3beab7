import { RelayError, systemErrorCode } from '../../../../base/errors.ts'
import { type HttpAnswer, HttpClient, type HttpRequest } from '../../../../base/http.ts'
import { retry } from '../../../../base/retry.ts'

/** As the official clients repeat: five tries, from three seconds (docs/protocol.md, "Results service"). */
const retryPlan = { attempts: 5, firstDelayMs: 3000 }

/** A failure that may pass: the same request may succeed a moment later. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure'
}

/** HTTP with patience, for requests that may be repeated without harm. Addresses in messages lack the query: it is a key. */
export class Transfer {
  readonly #http = new HttpClient()

  /**
   * Sends and reads with `read`; a broken connection, 429, 5xx, or a PassingFailure thrown by `read`, is tried again.
   * Throws RelayError `broker_unavailable` after the last try.
   */
  async send<T>(request: HttpRequest, read: (answer: HttpAnswer) => Promise<T>): Promise<T> {
    const place = withoutQuery(request.url)
    try {
      return await retry(() => this.#sendOnce(request, read, place), {
        ...retryPlan,
        isRetryable: mayPass,
      })
    } catch (thrown) {
      if (thrown instanceof RelayError) throw thrown
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      throw new RelayError('broker_unavailable', `${request.method ?? 'GET'} ${place} failed: ${reason}`, {
        hint: 'It may pass: run the job again.',
        cause: thrown,
      })
    }
  }

  close(): void {
    this.#http.close()
  }

  async #sendOnce<T>(
    request: HttpRequest,
    read: (answer: HttpAnswer) => Promise<T>,
    place: string,
  ): Promise<T> {
    const answer = await this.#http.send({ idleTimeoutMs: 60_000, ...request })
    if (answer.status === 429 || answer.status >= 500) {
      answer.body.resume()
      throw new PassingFailure(`${place} answered ${answer.status}`)
    }
    return read(answer)
  }
}

/** A full disk or a mistake of ours does not pass. */
function mayPass(error: unknown): boolean {
  return error instanceof PassingFailure || connectionFailures.has(systemErrorCode(error) ?? '')
}

const connectionFailures: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ETIMEDOUT',
])

export function withoutQuery(url: string): string {
  return url.split('?', 1)[0] ?? ''
}
