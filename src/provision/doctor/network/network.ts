import { HttpClient } from '../../../base/http.ts'
import type { Check } from '../check.ts'
import { type Finding, type Mend, manualMend, ok, problem, warning } from '../finding.ts'
import { judgeSkew } from '../machine/clock.ts'
import type { ThisMachine } from '../machine/this-machine.ts'
import type { Destination } from './destinations.ts'
import { proxyFor } from './proxy.ts'
import { type Reach, reach, reachByProxy } from './reach.ts'

const name = 'network'

/** Each destination has so long, in ms; all are tried side by side. */
const patienceMs = 8_000

export interface Reached {
  readonly destination: Destination
  readonly reach: Reach
  /** Host and port of the proxy it went through; null: directly. */
  readonly proxy: string | null
}

/** Every place that something here has to reach, with where the way to it ends; and by the first that answers, the clock. */
export function networkCheck(
  destinations: readonly Destination[],
  machine: {
    readonly env: NodeJS.ProcessEnv
    readonly platform: NodeJS.Platform
    readonly uid: number | null
  },
): Check {
  return {
    name,
    timeoutMs: patienceMs + 2_000,
    look: async signal => {
      const reached = await reachAll(destinations, machine.env, signal)
      return [...judgeNetwork(reached, machine), ...judgeClock(reached, machine)]
    },
  }
}

async function reachAll(
  destinations: readonly Destination[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Reached[]> {
  const http = new HttpClient()
  try {
    return await Promise.all(
      destinations.map(async destination => {
        const own = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
        const { address } = destination
        const proxy = proxyFor(address, env)
        if (proxy === null) return { destination, proxy, reach: await reach(address, own) }
        const found = await reachByProxy(address, proxy, own, request => http.send(request))
        return { destination, proxy: new URL(proxy).host, reach: found }
      }),
    )
  } finally {
    http.close()
  }
}

/** Pure. */
export function judgeNetwork(
  reached: readonly Reached[],
  { platform }: { readonly platform: NodeJS.Platform },
): readonly Finding[] {
  const failed = reached.filter(one => one.reach.failedAt !== null)
  const isCutOff = failed.length > 1 && failed.length === reached.length
  if (isCutOff && failed.every(one => one.reach.failedAt === 'dns')) {
    return [
      problem(name, 'no name can be looked up: this machine has no network, or no name server', {
        why: 'nothing that is needed can be reached',
        mend: manualMend(platform === 'darwin' ? 'scutil --dns' : 'ip route; cat /etc/resolv.conf'),
        where: failed.map(hostOf).join(', '),
      }),
    ]
  }
  const answered = reached.filter(one => one.reach.failedAt === null)
  const stumbling = answered.filter(one => (one.reach.status ?? 0) >= 500)
  const fine = answered.filter(one => !stumbling.includes(one))
  return [
    ...failed.map(judgeFailed),
    ...stumbling.map(one =>
      warning(name, `${hostOf(one)} answers ${one.reach.status}`, {
        why: `${one.destination.purpose}: its own fault, which passes; see https://www.githubstatus.com`,
      }),
    ),
    ...(fine.length === 0 ? [] : [ok(name, fine.map(inShort).join(', '))]),
  ]
}

function judgeFailed({ destination, reach, proxy }: Reached): Finding {
  const { failedAt, reason, addresses } = reach
  const host = new URL(destination.address).host
  const words = {
    proxy: `does not answer through the proxy ${proxy}`,
    dns: 'has a name that cannot be looked up',
    tcp: `cannot be connected to at ${addresses.join(', ')}`,
    tls: 'has a certificate that is not accepted, or speaks no TLS',
    http: 'accepts the connection and says nothing',
  }[failedAt ?? 'http']
  return (destination.isVital ? problem : warning)(name, `${host} ${words} (${reason})`, {
    why: `it is needed for: ${destination.purpose}`,
    mend: mendOf(destination, reach),
    where: destination.address,
  })
}

/** What shows more of it; only a hub can be started from here. */
function mendOf({ address }: Destination, { failedAt, reason }: Reach): Mend {
  const { hostname } = new URL(address)
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (isHere && failedAt === 'tcp') return manualMend('relayq up --detach')
  if (failedAt === 'tls' && /CERT_(NOT_YET_VALID|HAS_EXPIRED)/.test(reason ?? ''))
    return manualMend('date -u')
  return manualMend(`curl -v ${address}`)
}

/** By the first that tells the time, since a server of GitHub's has the right one. Pure. */
export function judgeClock(
  reached: readonly Reached[],
  machine: Pick<ThisMachine, 'platform' | 'uid'>,
): readonly Finding[] {
  const telling = reached.find(one => one.reach.aheadMs !== null)
  return telling ? [judgeSkew(telling.reach.aheadMs ?? 0, hostOf(telling), machine)] : []
}

function hostOf({ destination }: Reached): string {
  return new URL(destination.address).host
}

function inShort(one: Reached): string {
  const way = one.proxy === null ? '' : ` through ${one.proxy}`
  return `${hostOf(one)}${way} ${one.reach.status} in ${one.reach.tookMs} ms`
}
