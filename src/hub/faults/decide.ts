import type { Millis } from '../../base/clock.ts'
import type { RequestFault } from './fault.ts'

/** A fault that is on, and what has come of it. */
export interface SwitchedFault {
  readonly fault: RequestFault
  readonly since: Millis
  /** Requests it was meant for, whether they were hit or not. */
  readonly seen: number
  readonly hits: number
}

export interface AskedRequest {
  readonly method: string
  /** Without `/api/v3` and query. */
  readonly path: string
  readonly surface: Surface
}

/** `other`: the runner protocol, the results service, downloads, git. */
export type Surface = 'rest' | 'other'

type Latency = Extract<RequestFault, { readonly kind: 'latency' }>
export type BreakingFault = Exclude<RequestFault, Latency>

interface Verdict {
  /** Of all latencies that hit together. */
  readonly delayMs: Millis
  /** At most one, the first that hits. */
  readonly breaking: BreakingFault | null
  readonly switched: readonly SwitchedFault[]
}

/** What becomes of one request, and how the faults stand after it. */
export function decide(switched: readonly SwitchedFault[], request: AskedRequest, now: Millis): Verdict {
  let delayMs = 0
  let breaking: BreakingFault | null = null
  const after = switched.map(state => {
    const { fault } = state
    if (!isMeant(state, request, now) || (breaking && fault.kind !== 'latency')) return state
    const seen = state.seen + 1
    const isHit = draw(fault.seed ?? 0, seen) < (fault.probability ?? 1)
    if (!isHit) return { ...state, seen }
    if (fault.kind === 'latency') delayMs += fault.delay_ms
    else breaking = fault
    return { ...state, seen, hits: state.hits + 1 }
  })
  return { delayMs, breaking, switched: after }
}

function isMeant({ fault, since, hits }: SwitchedFault, request: AskedRequest, now: Millis): boolean {
  if (hits >= (fault.times ?? Number.POSITIVE_INFINITY)) return false
  if (now - since >= (fault.for_ms ?? Number.POSITIVE_INFINITY)) return false
  if (fault.method !== undefined && fault.method !== request.method) return false
  if (fault.kind === 'stale_list' && request.method !== 'GET') return false
  return fault.path === undefined ? request.surface === 'rest' : matches(fault.path, request.path)
}

/** `*` stands for any characters. Each part is looked for once: no pattern makes it slow. */
export function matches(pattern: string, path: string): boolean {
  const [start = '', ...parts] = pattern.split('*')
  const end = parts.pop()
  if (end === undefined) return path === pattern
  if (!path.startsWith(start)) return false
  let at = start.length
  for (const part of parts) {
    const found = path.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return path.length - end.length >= at && path.endsWith(end)
}

/** The nth number of Mulberry32, from 0 to below 1: https://github.com/cprosche/mulberry32 */
function draw(seed: number, nth: number): number {
  const state = (seed + Math.imul(nth, 0x6d2b79f5)) | 0
  const once = Math.imul(state ^ (state >>> 15), state | 1)
  const twice = once ^ (once + Math.imul(once ^ (once >>> 7), once | 61))
  return ((twice ^ (twice >>> 14)) >>> 0) / 4_294_967_296
}
