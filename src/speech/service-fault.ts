import { type ErrorCode, RelayError } from '../base/errors.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import { oneLine } from '../base/one-line.ts'

/** What is to be done about an answer that brings no text. */
type Remedy =
  /** It does not take what was sent, in this form. */
  | 'another_form'
  /** Another key may be let in. */
  | 'another_key'
  /** The same again, a little later. */
  | 'wait'
  | 'none'

export interface ServiceFault {
  readonly remedy: Remedy
  readonly error: RelayError
  /** As the service asks; null: it does not say. */
  readonly retryAfterMs: number | null
}

/** What its faults are told with. */
export interface AskedService {
  /** For people: "OpenAI". */
  readonly label: string
  /** Struck out of its words, which may repeat one. */
  readonly keys: readonly string[]
  /** What mends an answer of 404, where that is not the model. */
  readonly notFoundHint?: string
}

interface Refusal {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

interface Meaning {
  readonly code: ErrorCode
  readonly remedy: Remedy
  readonly hint: string
}

/**
 * Why a transcription service refused, by OpenAI's error object (`{error: {message, type, code}}`), OpenRouter's
 * (`{error: {code, message, metadata}}`), or none at all.
 */
export function serviceFault({ label, keys, notFoundHint }: AskedService, refusal: Refusal): ServiceFault {
  const { said, reason } = readError(refusal.body)
  const meaning = meaningOf(refusal.status, reason)
  const { code, remedy } = meaning
  const hint = refusal.status === 404 && notFoundHint !== undefined ? notFoundHint : meaning.hint
  const words = said === '' ? '' : `: ${withoutKeys(said, keys)}`
  return {
    remedy,
    error: new RelayError(code, `${label} answered ${refusal.status}${words.replace(/\.$/, '')}.`, { hint }),
    retryAfterMs: readRetryAfter(refusal.headers),
  }
}

function meaningOf(status: number, reason: string): Meaning {
  if (status === 402 || reason === 'insufficient_quota') {
    const hint = 'Add credit to the account of the key, or use another backend.'
    return { code: 'quota_exceeded', remedy: 'another_key', hint }
  }
  if (status === 401 || status === 403) {
    return {
      code: 'key_refused',
      remedy: 'another_key',
      hint: 'Give the machine another key: relayq runner env set.',
    }
  }
  if (status === 429) {
    return {
      code: 'rate_limited',
      remedy: 'another_key',
      hint: 'Try again later, or send fewer jobs at once.',
    }
  }
  // 524: Cloudflare's, of an answer that took too long; 529: OpenRouter's, of a provider with too much to do.
  if (status >= 500 || status === 408 || status === 409) {
    return { code: 'service_unavailable', remedy: 'wait', hint: 'Try again in a few minutes.' }
  }
  const hint = 'Check the model and the address of the service.'
  const isForm = status === 400 || status === 415 || status === 422
  return { code: 'service_rejected', remedy: isForm ? 'another_form' : 'none', hint }
}

function readError(body: string): { said: string; reason: string } {
  const answer = parseJson(body)
  const error = isJsonObject(answer) ? answer['error'] : null
  if (!isJsonObject(error)) return { said: typeof error === 'string' ? error : '', reason: '' }
  const { message, code, type } = error
  const reason = [code, type].find(word => word === 'insufficient_quota')
  return { said: typeof message === 'string' ? message : '', reason: String(reason ?? '') }
}

const longestSaid = 200

/** OpenAI's and OpenRouter's keys begin with `sk-`; a message may hold one that is not ours, or a part of ours. */
function withoutKeys(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), oneLine(text))
  const clean = known.replaceAll(/\bsk-[\w*-]{6,}/g, '***')
  return clean.length > longestSaid ? `${clean.slice(0, longestSaid)}...` : clean
}

/** `retry-after-ms` is OpenAI's own; of Retry-After only seconds are read, the form both services use. */
function readRetryAfter(headers: ReadonlyMap<string, string>): number | null {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (ms >= 0) return ms
  const seconds = headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : null
}
