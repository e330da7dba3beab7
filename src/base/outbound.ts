import ipaddr from 'ipaddr.js'
import { RelayError } from './errors.ts'

/**
 * Which addresses a job may fetch from. The defaults are the public internet on web ports; what a machine's owner adds
 * comes from that machine's configuration, never from a job's inputs.
 */
export interface OutboundPolicy {
  /** `nas.local` (any port) or `nas.local:9000`: the name, and the private addresses it resolves to, are trusted. */
  readonly allowHosts: readonly string[]
  /** `192.168.1.0/24` (any port) or `127.0.0.1/32:8123`: these addresses are trusted, under whatever name. */
  readonly allowCidrs: readonly string[]
}

const webPorts: ReadonlySet<number> = new Set([80, 443, 8080, 8443])

/** What an owner may mean by trusting a name. Link-local (cloud metadata), multicast and the rest stay closed to names. */
const rangesOpenToAllowedHosts: ReadonlySet<string> = new Set([
  'loopback',
  'private',
  'uniqueLocal',
  'carrierGradeNat',
])

/** A URL that may be resolved: its address, once known, still has to pass `addressRefusal`. */
export interface OutboundTarget {
  readonly url: URL
  readonly secure: boolean
  /** Lower case, without brackets and trailing dot: a name, or an IP address in its normal form. */
  readonly host: string
  readonly port: number
}

/**
 * Reads a URL from outside. Throws `invalid_input` for what is no http(s) address, or has a user name in it, which no
 * machine fetches; `url_forbidden` where no address behind it could make it acceptable here. Nothing is looked up for those.
 */
export function readTarget(address: string, policy: OutboundPolicy): OutboundTarget {
  const url = URL.parse(address)
  if (url === null) {
    throw new RelayError('invalid_input', `"${shorten(address)}" is not a web address.`, {
      hint: 'Give the full address of the audio file, beginning with https://.',
    })
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RelayError(
      'invalid_input',
      `Only http and https addresses are fetched, not ${url.protocol}//.`,
      {
        hint: 'Give the address of the file itself, beginning with https://.',
      },
    )
  }
  if (url.username !== '' || url.password !== '') {
    throw new RelayError('invalid_input', 'An address with a user name or password in it is not fetched.', {
      hint: 'Use an address that needs no login, such as a signed link.',
    })
  }
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const target = { url, secure, host, port }
  const refusal = refusalWithoutLookup(target, policy)
  if (refusal !== null) throw forbidden(target, target.host, refusal)
  return target
}

/** Throws `url_forbidden` unless every address the name resolved to may be contacted. */
export function requireAllowedAddresses(
  target: OutboundTarget,
  addresses: readonly string[],
  policy: OutboundPolicy,
): void {
  for (const address of addresses) {
    const refusal = addressRefusal(target, address, policy)
    if (refusal !== null) throw forbidden(target, address, refusal)
  }
}

/** Throws `invalid_config` for an entry of RELAYQ_ALLOW_CIDRS that cannot be read. */
export function requireNetworks(entries: OutboundPolicy['allowCidrs']): void {
  entries.forEach(parseCidr)
}

/** Why this address may not be contacted for this target, or null. */
function addressRefusal(target: OutboundTarget, address: string, policy: OutboundPolicy): string | null {
  if (!ipaddr.isValid(address)) return 'its address cannot be read'
  const ip = ipaddr.process(address)
  if (policy.allowCidrs.some(entry => cidrAllows(entry, ip, target.port))) return null
  const range = rangeOf(ip)
  if (hostIsAllowed(target, policy)) {
    return range === 'unicast' || rangesOpenToAllowedHosts.has(range) ? null : addressReason(ip, range)
  }
  if (!webPorts.has(target.port)) return portReason(target.port)
  if (isLocalName(target.host)) return localNameReason
  return range === 'unicast' ? null : addressReason(ip, range)
}

/** The part of `addressRefusal` that needs no address; null also when only an allowed network could still open the way. */
function refusalWithoutLookup(target: OutboundTarget, policy: OutboundPolicy): string | null {
  if (ipaddr.isValid(target.host)) return addressRefusal(target, target.host, policy)
  if (hostIsAllowed(target, policy)) return null
  if (policy.allowCidrs.some(entry => portFits(parseCidr(entry).port, target.port))) return null
  if (!webPorts.has(target.port)) return portReason(target.port)
  return isLocalName(target.host) ? localNameReason : null
}

const localNameReason = 'it is a name of the local network'
const portReason = (port: number) => `port ${port} is not one of ${[...webPorts].join(', ')}`
const addressReason = (ip: ipaddr.IPv4 | ipaddr.IPv6, range: string) =>
  `${ip.toString()} is not a public address (${range})`

/** `address`: the refused one; the name where it was not looked up. */
function forbidden(target: OutboundTarget, address: string, reason: string): RelayError {
  return new RelayError('url_forbidden', `${target.url.host} is not fetched: ${reason}.`, {
    hint: howToAllow(target, address),
  })
}

/** Typed as it is only for what an owner may mean: how to open a cloud's metadata is not to be pasted from a job's log. */
function howToAllow({ host, port }: OutboundTarget, address: string): string {
  const ip = ipaddr.isValid(address) ? ipaddr.process(address) : null
  const range = ip === null ? 'unicast' : rangeOf(ip)
  if (range !== 'unicast' && !rangesOpenToAllowedHosts.has(range)) {
    return 'Only RELAYQ_ALLOW_CIDRS opens such an address, a setting of the machine that fetches.'
  }
  const setting = ipaddr.isValid(host)
    ? `RELAYQ_ALLOW_CIDRS=${ip}/${ip?.kind() === 'ipv6' ? 128 : 32}:${port}`
    : `RELAYQ_ALLOW_HOSTS=${host}:${port}`
  return `The owner of the machine that fetches can allow it there (commas between several): relayq runner env set ${setting}`
}

/** Names that mean something only here: no dot, or one of the endings reserved for local use (RFC 6761, 6762, 8375). */
function isLocalName(host: string): boolean {
  if (ipaddr.isValid(host)) return false
  return !host.includes('.') || /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/.test(host)
}

/** Within a virtual machine of Azure it is the host, which hands out keys and configuration, though the range is public. */
const azureHost = '168.63.129.16'

/** ipaddr.js calls unassigned IPv6 space "unicast"; only 2000::/3 is handed out (RFC 4291), `::7f00:1` is loopback in disguise. */
function rangeOf(ip: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (ip.toString() === azureHost) return 'metadata'
  const range = ip.range()
  if (range !== 'unicast' || ip instanceof ipaddr.IPv4) return range
  return ((ip.parts[0] ?? 0) & 0xe000) === 0x2000 ? 'unicast' : 'unassigned'
}

function hostIsAllowed(target: OutboundTarget, policy: OutboundPolicy): boolean {
  const wanted = [target.host, `${target.host}:${target.port}`]
  return policy.allowHosts.some(entry => wanted.includes(entry.toLowerCase()))
}

function cidrAllows(entry: string, ip: ipaddr.IPv4 | ipaddr.IPv6, port: number): boolean {
  const { network, prefix, port: onlyPort } = parseCidr(entry)
  return network.kind() === ip.kind() && portFits(onlyPort, port) && ip.match(network, prefix)
}

function portFits(only: number | null, port: number): boolean {
  return only === null || only === port
}

/** `ADDRESS/PREFIX` or `ADDRESS/PREFIX:PORT`. Throws `invalid_config`: a rule that cannot be read must not be skipped. */
function parseCidr(entry: string) {
  const match = /^([0-9a-f.:]+)\/(\d{1,3})(?::(\d{1,5}))?$/i.exec(entry.trim())
  const [, address = '', prefix, port] = match ?? []
  if (!ipaddr.isValid(address) || Number(prefix) > (address.includes(':') ? 128 : 32)) {
    throw new RelayError('invalid_config', `RELAYQ_ALLOW_CIDRS: "${entry}" is not a network.`, {
      hint: 'Write it as 192.168.1.0/24, or as 127.0.0.1/32:8123 for one port.',
    })
  }
  return {
    network: ipaddr.parse(address),
    prefix: Number(prefix),
    port: port === undefined ? null : Number(port),
  }
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text
}
