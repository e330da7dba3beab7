import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { listOf, Malformed, oneOf, type Reader } from '../untrusted.ts'
import { type Fault, serverErrorStatuses } from './fault.ts'

const mostFaults = 100
const longestDelayMs = 60_000
const dayMs = 86_400_000

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

const path: Reader<string> = value => {
  if (typeof value === 'string' && /^[/*][\x21-\x7e]{0,499}$/.test(value)) return value
  throw new Malformed('a path of printable characters, from its first slash or a *')
}

const probability: Reader<number> = value => {
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw new Malformed('above 0 and up to 1')
}

const scope = {
  method: oneOf(...methods),
  path,
  times: between(1, 1_000_000),
  for_ms: between(1, dayMs),
  probability,
  seed: between(0, 0xffff_ffff),
}

type Members = Readonly<Record<string, Reader<string | number>>>

/** What each kind takes, besides its `kind`. */
const membersOf: Readonly<Record<Fault['kind'], Members>> = {
  latency: { ...scope, delay_ms: between(0, longestDelayMs) },
  error_before: { ...scope, status: among(serverErrorStatuses) },
  error_after: { ...scope, status: among(serverErrorStatuses) },
  drop_before: scope,
  drop_after: scope,
  secondary_limit: { ...scope, status: among([403, 429]), retry_after: between(0, 3600) },
  stale_list: scope,
  primary_limit: { limit: between(0, 1_000_000), window_seconds: between(1, 3600) },
}

const required: Readonly<Partial<Record<Fault['kind'], string>>> = {
  latency: 'delay_ms',
  stale_list: 'path',
  primary_limit: 'limit',
}

const kind = oneOf(...(Object.keys(membersOf) as Fault['kind'][]))

/** The faults of `{"faults": [...]}`. Throws Malformed, which says what is wrong, also for what is not known. */
export function readFaults(body: JsonObject): readonly Fault[] {
  if (!Array.isArray(body['faults'])) throw new Malformed('"faults" must be a list')
  const faults = named('faults', listOf(readFault, mostFaults))(body['faults'])
  if (faults.filter(fault => fault.kind === 'primary_limit').length > 1) {
    throw new Malformed('there can be one primary_limit')
  }
  return faults
}

const readFault: Reader<Fault> = value => {
  if (!isJsonObject(value)) throw new Malformed('a fault must be an object')
  const { kind: given, ...rest } = value
  const ofKind = named('kind', kind)(given)
  const members = membersOf[ofKind]
  const missing = required[ofKind]
  if (missing !== undefined && !(missing in rest)) throw new Malformed(`${ofKind} needs "${missing}"`)
  const read = Object.entries(rest).map(([name, member]) => {
    const reader = Object.hasOwn(members, name) ? members[name] : undefined
    if (!reader) throw new Malformed(`${ofKind} takes no ${JSON.stringify(name.slice(0, 100))}`)
    return [name, named(name, reader)(member)]
  })
  return { kind: ofKind, ...Object.fromEntries(read) } as Fault
}

function named<T>(name: string, read: Reader<T>): Reader<T> {
  return value => {
    try {
      return read(value)
    } catch (thrown) {
      throw thrown instanceof Malformed ? new Malformed(`"${name}": ${thrown.message}`) : thrown
    }
  }
}

function between(least: number, most: number): Reader<number> {
  return value => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
    throw new Malformed(`a whole number from ${least} to ${most}`)
  }
}

function among(numbers: readonly number[]): Reader<number> {
  return value => {
    const known = numbers.find(number => number === value)
    if (known === undefined) throw new Malformed(`one of ${numbers.join(', ')}`)
    return known
  }
}
