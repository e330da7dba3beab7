import { RelayError } from '../base/errors.ts'
import { type HubFile, isKept, isRedisFleet, redisWord } from './hub-file.ts'
import type { Config } from './load.ts'

/** Which Redis the legacy broker uses, and by which of the user's words. */
export interface RedisChoice {
  /** Holds its password, if it has one. */
  readonly url: string
  readonly prefix: string
  /** For people: what decided it. */
  readonly origin: string
}

const usualUrl = 'redis://127.0.0.1:6379'

/**
 * null unless the user says `redis` where the address of a broker stands, or names no broker at all and a Redis fleet of
 * this checkout runs. Throws `invalid_config` for an address that is none, or that stands where others can read it.
 */
export function chooseRedis(config: Config, hub: HubFile | null): RedisChoice | null {
  const address = config.get('RELAYQ_API_URL')
  if (address === redisWord) return redisOf(config, hub, 'the broker redis was asked for')
  if (address !== null && /^rediss?:/i.test(address)) {
    throw new RelayError('invalid_config', 'The address of Redis does not stand where a broker is named.', {
      hint: 'Put it into RELAYQ_REDIS_URL, since it may hold a password, and name the broker redis.',
    })
  }
  if (address !== null || config.get('GH_REPO') !== null) return null
  if (!hub || !isRedisFleet(hub) || !isKept(hub)) return null
  return redisOf(config, hub, 'the live Redis fleet of this checkout')
}

/** The Redis of this machine's settings, else that of a fleet of this checkout, else the usual one of this machine. */
export function redisOf(config: Config, hub: HubFile | null, origin: string): RedisChoice {
  const fleet = hub && isRedisFleet(hub) && isKept(hub) ? hub : null
  const url = config.get('RELAYQ_REDIS_URL') ?? fleet?.token ?? usualUrl
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol) || new URL(url).hostname === '') {
    throw new RelayError('invalid_config', 'RELAYQ_REDIS_URL is not the address of a Redis.', {
      hint: 'Write it as redis://:PASSWORD@host:6379, or rediss:// for TLS.',
    })
  }
  const prefix = config.get('RELAYQ_REDIS_PREFIX') ?? 'relayq'
  if (/^[\w.-]{1,40}$/.test(prefix)) return { url, prefix, origin }
  throw new RelayError('invalid_config', `RELAYQ_REDIS_PREFIX cannot be ${JSON.stringify(prefix)}.`, {
    hint: 'It is a word of letters, digits, ".", "_" and "-".',
  })
}
