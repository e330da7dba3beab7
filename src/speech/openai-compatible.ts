import { setTimeout as pause } from 'node:timers/promises'
import { RelayError } from '../base/errors.ts'
import { reasonOf } from '../base/guarded-request.ts'
import { type HttpAnswer, HttpClient, type HttpRequest, HttpTimeout, readBody } from '../base/http.ts'
import { multipart } from '../base/multipart.ts'
import type { Sleep } from '../base/retry.ts'
import { type HeardText, readHeardText } from './service-answer.ts'
import { type AskedService, type ServiceFault, serviceFault } from './service-fault.ts'

/** A server that speaks OpenAI's `POST /audio/transcriptions`: OpenAI, OpenRouter, whisper-server on loopback. */
export interface TranscriptionService extends AskedService {
  /** Without a final slash, such as https://api.openai.com/v1 */
  readonly baseUrl: string
  /** Used in turn, the next one when one is refused. Empty for a server that asks for none. */
  readonly keys: readonly string[]
  /** For one request from its beginning to the end of its answer, in ms. */
  readonly timeoutMs: number
}

export interface TranscriptionUpload {
  readonly path: string
  readonly encoding: 'mp3' | 'wav'
  /** null: the server has but one. */
  readonly model: string | null
  /** ISO 639-1; null: whatever is spoken. */
  readonly language: string | null
  readonly responseFormat: 'verbose_json' | 'json'
}

export type TranscriptionOutcome =
  | { readonly kind: 'heard'; readonly heard: HeardText }
  /** It does not take this upload in this form: another encoding or format may do. */
  | { readonly kind: 'refused'; readonly error: RelayError }

/** Who is told of a fault that passes. */
export interface TroubleWatch {
  /** For the log, before the pause: what happened, and that the service is asked again. */
  readonly onTrouble?: ((line: string) => void) | undefined
  /**
   * After the pause, where the request was sent and nobody knows whether its work was done. What it throws ends the tries;
   * `error` is what the request failed with.
   */
  readonly onLost?: (error: RelayError) => Promise<void>
}

/** How often a request that met a passing fault is sent, and what it waits at most for that, in ms. */
const patience = { tries: 3, firstDelayMs: 500, longestMs: 30_000 }

/** A service that hangs takes all of its time with each request: others may be waiting to take over. */
const triesOfSlow = 2

/** Ten minutes of verbose_json with words are less than 1 MB. */
const maxAnswerBytes = 8 * 1024 * 1024

/**
 * The client. The file is streamed from disk. A limit of the rate or a passing fault is waited out if it is short, after
 * the other keys have been tried. Throws `rate_limited`, `service_unavailable`, `quota_exceeded`, `key_refused`,
 * `service_rejected`, the signal's reason, or what the watch throws; no key stands in any message.
 */
export class TranscriptionClient {
  readonly #service: TranscriptionService
  readonly #sleep: Sleep
  readonly #http = new HttpClient()
  #keyIndex = 0

  constructor(
    service: TranscriptionService,
    sleep: Sleep = (ms, signal) => pause(ms, undefined, { signal }),
  ) {
    this.#service = service
    this.#sleep = sleep
  }

  async transcribe(
    upload: TranscriptionUpload,
    signal: AbortSignal,
    { onTrouble, onLost }: TroubleWatch = {},
  ): Promise<TranscriptionOutcome> {
    for (let round = 1; ; round++) {
      const outcome = await this.#withAnyKey(upload, signal)
      if (outcome.kind !== 'fault') return outcome
      const { fault, lost } = outcome
      const { error, remedy, retryAfterMs } = fault
      if (remedy === 'another_form') return { kind: 'refused', error }
      const delay = retryAfterMs ?? patience.firstDelayMs * 2 ** (round - 1)
      const mayPass = remedy === 'wait' || error.code === 'rate_limited'
      const tries = lost?.isSlow ? triesOfSlow : patience.tries
      if (!mayPass || round >= tries || delay > patience.longestMs) throw error
      onTrouble?.(againLine(error, delay))
      await this.#sleep(delay, signal)
      if (lost?.wasSent) await onLost?.(error)
    }
  }

  /** Closes its idle connections. */
  close(): void {
    this.#http.close()
  }

  /** A fault that all keys share is that of the one which may be let in soonest. */
  async #withAnyKey(upload: TranscriptionUpload, signal: AbortSignal): Promise<Exchange> {
    let best: ServiceFault | null = null
    for (let tried = 1; ; tried++) {
      const index = this.#keyIndex
      const outcome = await this.#exchange(upload, this.#service.keys[index], signal)
      if (outcome.kind !== 'fault' || outcome.fault.remedy !== 'another_key') return outcome
      best = moreHopeful(best, outcome.fault)
      // Requests that were under way with the same key must not skip one.
      if (this.#keyIndex === index) this.#keyIndex = (index + 1) % Math.max(1, this.#service.keys.length)
      if (tried >= this.#service.keys.length) return { kind: 'fault', fault: best, lost: null }
    }
  }

  async #exchange(
    upload: TranscriptionUpload,
    key: string | undefined,
    signal: AbortSignal,
  ): Promise<Exchange> {
    const { label, timeoutMs } = this.#service
    const limit = AbortSignal.timeout(timeoutMs)
    let wasSent = false
    const onSent = () => {
      wasSent = true
    }
    try {
      const answer = await this.#send(upload, key, { signal: AbortSignal.any([signal, limit]), onSent })
      // Some answer before all of a recording has arrived.
      wasSent = true
      const body = (await readBody(answer, maxAnswerBytes)).toString('utf8')
      if (answer.status !== 200) {
        const { status, headers } = answer
        const fault = serviceFault(this.#service, { status, headers, body })
        return { kind: 'fault', fault, lost: null }
      }
      const heard = readHeardText(body)
      if (heard !== null) return { kind: 'heard', heard }
      const lost = { wasSent, isSlow: false }
      return unavailable(lost, `${label} answered with something that is no transcript, or was cut off.`)
    } catch (thrown) {
      signal.throwIfAborted()
      if (thrown instanceof RelayError) throw thrown
      const isSlow = limit.aborted || thrown instanceof HttpTimeout
      const what = isSlow
        ? `did not answer within ${timeoutMs / 1000} s`
        : `cannot be reached: ${reasonOf(thrown)}`
      return unavailable({ wasSent, isSlow }, `${label} ${what}.`, thrown)
    }
  }

  async #send(
    upload: TranscriptionUpload,
    key: string | undefined,
    watch: Pick<HttpRequest, 'signal' | 'onSent'>,
  ): Promise<HttpAnswer> {
    const { baseUrl, timeoutMs } = this.#service
    const body = await multipart(fieldsOf(upload), {
      path: upload.path,
      field: 'file',
      // Name and type must both tell the format.
      fileName: `audio.${upload.encoding}`,
      contentType: upload.encoding === 'mp3' ? 'audio/mpeg' : 'audio/wav',
    })
    return this.#http.send({
      url: `${baseUrl}/audio/transcriptions`,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': body.contentType,
        'user-agent': 'relayq',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body,
      ...watch,
      // It is silent while it listens; the whole time is limited by the signal.
      idleTimeoutMs: timeoutMs,
    })
  }
}

type Exchange =
  | { readonly kind: 'heard'; readonly heard: HeardText }
  /** `lost`: there is no answer to read; null: the service has answered. */
  | { readonly kind: 'fault'; readonly fault: ServiceFault; readonly lost: Lost | null }

interface Lost {
  /** Wholly: of a part of a recording nothing is heard, and nothing charged. */
  readonly wasSent: boolean
  readonly isSlow: boolean
}

function unavailable(lost: Lost, message: string, cause?: unknown): Exchange {
  const error = new RelayError('service_unavailable', message, {
    hint: 'Try again in a few minutes.',
    cause: lost.wasSent ? cause : new NotSent('the request was not sent', { cause }),
  })
  return { kind: 'fault', fault: { remedy: 'wait', error, retryAfterMs: null }, lost }
}

/** The cause of a fault that came before the request had left this process. */
class NotSent extends Error {
  override readonly name = 'NotSent'
}

/** Whether a request failed before the whole of it was sent: nobody has done its work. */
export function wasUnsent({ cause }: RelayError): boolean {
  return cause instanceof NotSent
}

function againLine({ message }: RelayError, delayMs: number): string {
  const when = delayMs < 1000 ? '' : ` in ${Math.round(delayMs / 1000)} s`
  return `${message.replace(/\.$/, '')}; it is asked again${when}`
}

/** A limit of the rate passes, the soonest first; what else a key is refused for does not. */
function moreHopeful(best: ServiceFault | null, other: ServiceFault): ServiceFault {
  if (best === null) return other
  const isLimit = ({ error }: ServiceFault) => error.code === 'rate_limited'
  if (isLimit(best) !== isLimit(other)) return isLimit(best) ? best : other
  return (other.retryAfterMs ?? 0) < (best.retryAfterMs ?? 0) ? other : best
}

function fieldsOf(upload: TranscriptionUpload): (readonly [string, string])[] {
  const { model, language, responseFormat } = upload
  return [
    ...(model === null ? [] : [['model', model] as const]),
    ...(language === null ? [] : [['language', language] as const]),
    ['response_format', responseFormat],
    // OpenRouter refuses them without verbose_json.
    ...(responseFormat === 'verbose_json'
      ? (['segment', 'word'] as const).map(size => ['timestamp_granularities[]', size] as const)
      : []),
  ]
}
