import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { asError, RelayError, systemErrorCode } from './errors.ts'
import { type OutboundPolicy, type OutboundTarget, readTarget, requireAllowedAddresses } from './outbound.ts'

/** How names are resolved and sockets opened; replaced in tests, so that they can count the attempts. */
export interface Transport {
  resolve(host: string): Promise<readonly string[]>
  /** Begins a connection to one of `addresses` and to nothing else. */
  connect(target: OutboundTarget, addresses: readonly string[]): Socket
}

export const systemTransport: Transport = {
  async resolve(host) {
    if (isIP(host) !== 0) return [host]
    return (await lookup(host, { all: true })).map(({ address }) => address)
  },
  connect(target, addresses) {
    const options = { host: target.host, port: target.port, lookup: pinnedLookup(addresses) }
    if (!target.secure) return connectTcp(options)
    return connectTls(isIP(target.host) === 0 ? { ...options, servername: target.host } : options)
  },
}

export interface GuardedRequest {
  readonly target: OutboundTarget
  readonly policy: OutboundPolicy
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Longest silence allowed, while connecting and while reading. */
  readonly stallMs: number
  readonly transport: Transport
}

/**
 * One GET to a checked peer, whose answer's body is still to be read. The guard against server-side request forgery:
 * names are resolved once, every address is checked before a socket exists, the socket is bound to those addresses, and
 * what it really connected to is checked again before a byte is sent. No proxy variable is honoured, and no credential
 * is sent but those in `headers`. Redirects are not followed. Throws `url_forbidden`, or `download_failed` when the server is out of reach.
 */
export async function openGuarded(options: GuardedRequest): Promise<IncomingMessage> {
  const { target, policy, signal } = options
  try {
    const addresses = await options.transport.resolve(target.host)
    requireAllowedAddresses(target, addresses, policy)
    const socket = await connected(options, addresses)
    return await answer(options, socket)
  } catch (thrown) {
    if (thrown instanceof RelayError) throw thrown
    signal.throwIfAborted()
    throw outOfReach(target, thrown)
  }
}

function outOfReach({ url }: OutboundTarget, cause: unknown): RelayError {
  return new RelayError('download_failed', `${url.host} cannot be reached: ${reasonOf(cause)}.`, {
    hint: 'Check the address, or try again later.',
    cause,
  })
}

/**
 * For a program that connects by itself: what can be known before it does. Throws what `readTarget` does, `url_forbidden`
 * for an address that `openGuarded` would refuse, `download_failed` for a name that cannot be looked up.
 */
export async function requireReachable(
  address: string,
  policy: OutboundPolicy,
  { resolve }: Pick<Transport, 'resolve'> = systemTransport,
): Promise<void> {
  const target = readTarget(address, policy)
  const addresses = await resolve(target.host).catch((thrown: unknown) => {
    throw outOfReach(target, thrown)
  })
  requireAllowedAddresses(target, addresses, policy)
}

async function connected(options: GuardedRequest, addresses: readonly string[]): Promise<Socket> {
  const socket = options.transport.connect(options.target, addresses)
  // A socket that fails while nobody waits for it is seen when its answer is read.
  socket.on('error', () => {})
  socket.setTimeout(options.stallMs, () => socket.destroy(new Error('it did not answer in time')))
  try {
    await once(socket, options.target.secure ? 'secureConnect' : 'connect', { signal: options.signal })
    requireAllowedAddresses(options.target, [socket.remoteAddress ?? 'unknown'], options.policy)
    return socket
  } catch (thrown) {
    socket.destroy()
    throw thrown
  }
}

async function answer(options: GuardedRequest, socket: Socket): Promise<IncomingMessage> {
  const { target, signal } = options
  const send = target.secure ? httpsRequest : httpRequest
  const request = send(target.url, { createConnection: () => socket, headers: options.headers, signal })
  // Once the answer has begun, its own stream reports what goes wrong.
  request.on('error', () => {})
  request.end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

/** Answers a socket's question for addresses with those that were checked, so that a second lookup cannot differ. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  return (_host, options, callback) => {
    const all = addresses.map(address => ({ address, family: isIP(address) }))
    const [first] = all
    if (first === undefined) callback(new Error('the name has no address'), '')
    else if (options.all) callback(null, all)
    else callback(null, first.address, first.family)
  }
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such name',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'no way there',
  ENETUNREACH: 'no network',
}

/** Why a connection failed, in words. */
export function reasonOf(thrown: unknown): string {
  return systemReasons[systemErrorCode(thrown) ?? ''] ?? asError(thrown).message
}
