import type { Redis } from 'ioredis'
import { asError, RelayError, systemErrorCode } from '../base/errors.ts'
import type { RedisPackages } from './packages.ts'

/** Which Redis, and what the names of RelayQ's keys there begin with. */
export interface RedisPlace {
  /** `redis://[:password@]host[:port][/database]`, or `rediss://` for TLS. A secret, where it holds a password. */
  readonly url: string
  readonly prefix: string
}

/** For people and for ledgers: the same address without what opens it. */
export function publicUrl({ url }: RedisPlace): string {
  const { protocol, hostname, port, pathname } = new URL(url)
  return `${protocol}//${hostname}:${port || '6379'}/${pathname.slice(1) || '0'}`
}

const connectTimeoutMs = 5_000
const longestPauseMs = 2_000
/**
 * ioredis waits so long (its default: 2 s) after `disconnect()`, also where the socket is closed; the process would stay
 * for that.
 */
const disconnectTimeoutMs = 200

/**
 * A connection that comes back by itself, and never repeats what it has sent: a command whose answer was lost may have
 * taken effect. `lasting`: commands wait for as long as the server is away, as BullMQ's workers want it; else they fail
 * at once while it is away. With `end` the connection is closed, and what waits is let go.
 */
export function openConnection(
  { ioredis }: RedisPackages,
  place: RedisPlace,
  options: { readonly lasting: boolean; readonly end?: AbortSignal },
): Redis {
  const redis = new ioredis.Redis(place.url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    disconnectTimeout: disconnectTimeoutMs,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: options.lasting ? null : 0,
    retryStrategy: times => (options.end?.aborted ? null : Math.min(100 * times, longestPauseMs)),
  })
  // ioredis lets nothing go that waits while it pauses before another try to connect.
  redis.on('ready', () => {
    if (options.end?.aborted) redis.disconnect()
  })
  options.end?.addEventListener('abort', () => {
    if (redis.status !== 'reconnecting') redis.disconnect()
  })
  // Each command that fails tells; the event is only for those who watch the connection.
  redis.on('error', () => {})
  return redis
}

/** Asks, and says in RelayQ's words why there was no answer: `broker_unreachable`, `not_authorized`, `broker_unavailable`. */
export async function asking<T>(place: RedisPlace, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (thrown) {
    throw explained(place, thrown)
  }
}

/** Redis has answered, with a refusal: what was asked has not happened. */
export function isRefusal(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'ReplyError'
}

const silences: ReadonlySet<string> = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ],
])

/** ioredis's own words for a connection that is not there, or the system's. */
export function isSilence(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  if (silences.has(systemErrorCode(thrown) ?? '')) return true
  return (
    thrown.name === 'MaxRetriesPerRequestError' ||
    /^(Connection is closed|connect ETIMEDOUT)/.test(thrown.message)
  )
}

function explained(place: RedisPlace, thrown: unknown): unknown {
  const { message } = asError(thrown)
  const cause = { cause: thrown }
  if (isSilence(thrown)) {
    return new RelayError('broker_unreachable', `Redis at ${publicUrl(place)} cannot be reached.`, {
      hint: 'Start it, or correct RELAYQ_REDIS_URL; legacy/ARCHIVE.md says how it is set up.',
      ...cause,
    })
  }
  if (/^(NOAUTH|WRONGPASS|NOPERM|ERR invalid password)/.test(message)) {
    return new RelayError('not_authorized', `Redis at ${publicUrl(place)} wants another password.`, {
      hint: 'Put it into RELAYQ_REDIS_URL, as redis://:PASSWORD@host:6379, in ~/.config/relayq/env.',
      ...cause,
    })
  }
  if (!isRefusal(thrown)) return thrown
  return new RelayError('broker_unavailable', `Redis at ${publicUrl(place)} refuses: ${message}.`, {
    hint: 'OOM means that its memory is full; LOADING that it will be ready in a moment.',
    ...cause,
  })
}
