/** Which requests a fault hits, and how often. What is left out sets no bound. */
interface Scope {
  /** `POST`. */
  readonly method?: string
  /**
   * The whole path without `/api/v3` and query; `*` stands for any characters, also `/`. Left out: every REST request,
   * and nothing else (the runner protocol, downloads, git).
   */
  readonly path?: string
  /** It is over after so many hits. */
  readonly times?: number
  /** It is over so many milliseconds after it was switched on. */
  readonly for_ms?: number
  /** Of a hit, above 0 and up to 1; drawn from `seed`, so that the same requests are hit when it is run again. */
  readonly probability?: number
  readonly seed?: number
}

/**
 * `_before`: the request has no effect. `_after`: it has, and its answer is thrown away. `drop`: the connection breaks
 * without an answer. `stale_list`: a list is answered as it was when the fault was switched on.
 */
type Effect =
  | { readonly kind: 'latency'; readonly delay_ms: number }
  /** 502 unless told otherwise. */
  | { readonly kind: 'error_before' | 'error_after'; readonly status?: ServerErrorStatus }
  | { readonly kind: 'drop_before' | 'drop_after' }
  /** 403 and 60 seconds unless told otherwise: GitHub uses both statuses. */
  | { readonly kind: 'secondary_limit'; readonly status?: 403 | 429; readonly retry_after?: number }
  | { readonly kind: 'stale_list'; readonly path: string }

export const serverErrorStatuses = [500, 502, 503, 504] as const
type ServerErrorStatus = (typeof serverErrorStatuses)[number]

/** A fault of single requests. */
export type RequestFault = Scope & Effect

/** Every caller has `limit` requests in a window that begins with its first; after them it hears 403 until the reset. */
export interface PrimaryLimit {
  readonly kind: 'primary_limit'
  readonly limit: number
  /** 3,600 unless told otherwise. */
  readonly window_seconds?: number
}

/** One fault to be switched on, as the route `/relayq/faults` takes it. */
export type Fault = RequestFault | PrimaryLimit
