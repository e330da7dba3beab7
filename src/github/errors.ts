import { asError, RelayError, systemErrorCode } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'

/** An answer with a status of 400 or more; or, with status and headers null, that none came and why (`cause`). */
export class HttpFault extends Error {
  override readonly name = 'HttpFault'
  readonly status: number | null
  readonly headers: ReadonlyMap<string, string> | null

  constructor(
    status: number | null,
    headers: ReadonlyMap<string, string> | null,
    data: unknown,
    options: { readonly cause?: unknown } = {},
  ) {
    super(messageOf(data) ?? `status ${status}`, options)
    this.status = status
    this.headers = headers
  }

  static ofSilence(thrown: unknown): HttpFault {
    const cause = asError(thrown)
    return new HttpFault(null, null, { message: cause.message }, { cause })
  }
}

/** GitHub's error body: a message, and with 422 a list of what exactly is wrong. */
function messageOf(data: unknown): string | null {
  if (!isJsonObject(data) || typeof data['message'] !== 'string') return null
  const { message, errors } = data
  return Array.isArray(errors)
    ? `${message}: ${errors.map(error => JSON.stringify(error)).join(', ')}`
    : message
}

/** The HTTP status of what this folder threw; null when no answer came. */
export function statusOf(thrown: unknown): number | null {
  const fault = faultOf(thrown instanceof RelayError ? thrown.cause : thrown)
  return fault?.status ?? null
}

/** What GitHub says a refused request would take (`administration=read`); null where it does not say. */
export function acceptedPermissions(thrown: unknown): string | null {
  const fault = faultOf(thrown instanceof RelayError ? thrown.cause : thrown)
  return fault?.headers?.get('x-accepted-github-permissions') || null
}

/** True for what may be gone a moment later: a reset or silent connection, a server that is starting or overloaded. */
export function isPassingFault(thrown: unknown): boolean {
  const fault = faultOf(thrown)
  if (!fault) return false
  if (fault.status !== null) return fault.status === 502 || fault.status === 503 || fault.status === 504
  const code = systemErrorCode(fault.cause)
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT' || code === 'EAI_AGAIN'
}

/** True when nothing can have reached the server: its name or its port does not answer. */
export function neverArrived(thrown: unknown): boolean {
  const fault = faultOf(thrown instanceof RelayError ? thrown.cause : thrown)
  const code = systemErrorCode(fault?.cause)
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
}

/** The one gate through which errors of the client leave: a RelayError with the exit code and the next step. */
export function translateError(thrown: unknown, apiUrl: string): unknown {
  const fault = faultOf(thrown)
  if (thrown instanceof RelayError || !fault) return thrown
  if (fault.status === null || fault.headers === null) return unreachable(fault, apiUrl, thrown)
  const limited = rateLimit(fault, fault.headers)
  if (limited !== null) {
    return new RelayError('broker_unavailable', `${apiUrl} limits the rate of requests; ${limited}.`, {
      hint: 'Wait until then, or use a token of your own.',
      cause: thrown,
    })
  }
  if (fault.status === 401) {
    return new RelayError(
      'not_authorized',
      `${apiUrl} does not accept the token: ${sentence(fault.message)}`,
      {
        hint: 'Set GH_TOKEN (or RELAYQ_TOKEN) to a valid token, or run: relayq init, or gh auth login',
        cause: thrown,
      },
    )
  }
  if (fault.status === 403) return forbidden(fault, fault.headers, apiUrl, thrown)
  if (fault.status >= 500) {
    return new RelayError(
      'broker_unavailable',
      `${apiUrl} answered ${fault.status}: ${sentence(fault.message)}`,
      {
        hint: 'Try again in a minute.',
        cause: thrown,
      },
    )
  }
  return new RelayError('broker_rejected', `${apiUrl} answered ${fault.status}: ${sentence(fault.message)}`, {
    cause: thrown,
  })
}

function unreachable(fault: HttpFault, apiUrl: string, thrown: unknown): RelayError {
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(apiUrl).hostname)
  return new RelayError('broker_unreachable', `${apiUrl} cannot be reached: ${sentence(fault.message)}`, {
    hint: local ? 'Try again in a moment, or start it with: relayq up' : 'Check the network and the address.',
    cause: thrown,
  })
}

/** GitHub names the permissions a fine-grained token would need in X-Accepted-GitHub-Permissions. */
function forbidden(
  fault: HttpFault,
  headers: ReadonlyMap<string, string>,
  apiUrl: string,
  thrown: unknown,
): RelayError {
  const needed = headers.get('x-accepted-github-permissions') ?? headers.get('x-accepted-oauth-scopes')
  return new RelayError('not_authorized', `${apiUrl} does not allow this: ${sentence(fault.message)}`, {
    hint:
      needed !== undefined && needed !== ''
        ? `The token needs the permission ${needed}.`
        : 'Use a token with access to this repository and its actions.',
    cause: thrown,
  })
}

/** When a limit ends, in words; null when the answer is not about a limit. */
function rateLimit(fault: HttpFault, headers: ReadonlyMap<string, string>): string | null {
  if (fault.status !== 403 && fault.status !== 429) return null
  const retryAfter = headers.get('retry-after')
  if (retryAfter !== undefined) return `it may be asked again in ${retryAfter} s`
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset = new Date(Number(headers.get('x-ratelimit-reset')) * 1000)
    return Number.isNaN(reset.getTime()) ? 'no time is named' : `the limit is reset at ${reset.toISOString()}`
  }
  return fault.status === 429 ? 'no time is named' : null
}

function sentence(message: string): string {
  const words = message.trim()
  return /[.!?]$/.test(words) ? words : `${words}.`
}

function faultOf(thrown: unknown): HttpFault | null {
  return thrown instanceof HttpFault ? thrown : null
}

/** null where the broker answers 404: what is asked for is not there, or may not be seen. */
export async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (thrown) {
    if (statusOf(thrown) === 404) return null
    throw thrown
  }
}
