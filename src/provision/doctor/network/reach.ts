import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { asError, systemErrorCode } from '../../../base/errors.ts'
import type { HttpClient } from '../../../base/http.ts'

/** How far a request to an address comes, and where it ends. */
export interface Reach {
  /** What failed; null: a status was answered. */
  readonly failedAt: 'proxy' | 'dns' | 'tcp' | 'tls' | 'http' | null
  /** What the system says of that, such as ENOTFOUND or CERT_HAS_EXPIRED; null where nothing failed. */
  readonly reason: string | null
  /** Any will do: somebody answered. */
  readonly status: number | null
  /** Of the name; empty: it could not be looked up. */
  readonly addresses: readonly string[]
  /** From the beginning to the answer, in ms. */
  readonly tookMs: number
  /** How far the server's clock is ahead of this one, in ms; it says whole seconds. null: it does not say. */
  readonly aheadMs: number | null
}

type Ending = Partial<Reach> & Pick<Reach, 'failedAt' | 'reason'>

/** Begins to count; what it returns tells how long it took. */
function stopwatch(): (ending: Ending) => Reach {
  const began = performance.now()
  return ending => {
    const tookMs = Math.round(performance.now() - began)
    return { status: null, addresses: [], aheadMs: null, tookMs, ...ending }
  }
}

/** Goes step by step, so that it can say which one fails; the signal ends it. Follows no redirect, sends no secret. */
export async function reach(address: string, signal: AbortSignal): Promise<Reach> {
  const url = new URL(address)
  const end = stopwatch()
  const found = await attempt(() => lookUp(url.hostname, signal))
  if ('reason' in found) return end({ failedAt: 'dns', reason: found.reason })
  const addresses = found.value
  const tcp = await attempt(() => open(url, addresses, signal))
  if ('reason' in tcp) return end({ failedAt: 'tcp', reason: tcp.reason, addresses })
  const tls = url.protocol === 'https:' ? await attempt(() => secure(tcp.value, url, signal)) : tcp
  if ('reason' in tls) return end({ failedAt: 'tls', reason: tls.reason, addresses })
  const answer = await attempt(() => ask(url, tls.value, signal))
  tls.value.destroy()
  if ('reason' in answer) return end({ failedAt: 'http', reason: answer.reason, addresses })
  return end({ failedAt: null, reason: null, addresses, ...answer.value })
}

async function attempt<T>(
  step: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly reason: string }> {
  try {
    return { value: await step() }
  } catch (thrown) {
    return { reason: systemErrorCode(thrown) ?? asError(thrown).message }
  }
}

/** The system's own way, with its hosts file. It cannot be ended: what it says after the signal is passed over. */
async function lookUp(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
  const name = hostname.replace(/^\[|\]$/g, '')
  const found = await Promise.race([lookup(name, { all: true }), ended(signal)])
  return found.map(({ address }) => address)
}

/** Any of the addresses: Node tries one after the other (RFC 8305). */
function open(url: URL, addresses: readonly string[], signal: AbortSignal): Promise<Socket> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const host = addresses.length === 1 ? (addresses[0] ?? '') : url.hostname
  const socket = connectTcp({ host, port, autoSelectFamily: true })
  return once(socket, 'connect', signal)
}

function secure(socket: Socket, url: URL, signal: AbortSignal): Promise<Socket> {
  const secured = connectTls({
    socket,
    host: url.hostname,
    // An address is no name to ask a certificate for (RFC 6066).
    ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
    ALPNProtocols: ['http/1.1'],
  })
  return once(secured, 'secureConnect', signal)
}

async function ask(
  url: URL,
  socket: Socket,
  signal: AbortSignal,
): Promise<Pick<Reach, 'status' | 'aheadMs'>> {
  const http = process.getBuiltinModule('node:http')
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = http.request(
    {
      method: 'GET',
      path: url.pathname,
      headers: { host: url.host, 'user-agent': 'relayq' },
      createConnection: () => socket,
    },
    resolve,
  )
  request.on('error', reject).end()
  const message = await Promise.race([promise, ended(signal)])
  message.destroy()
  return { status: message.statusCode ?? null, aheadMs: aheadOf(message.headers.date) }
}

function aheadOf(date: string | undefined): number | null {
  const at = Date.parse(date ?? '')
  return Number.isNaN(at) ? null : at - Date.now()
}

/** Through a proxy, which looks names up by itself; `send`: of a client that goes by it. */
export async function reachByProxy(
  address: string,
  proxy: string,
  signal: AbortSignal,
  send: HttpClient['send'],
): Promise<Reach> {
  const end = stopwatch()
  const url = new URL(proxy)
  const found = await attempt(() => lookUp(url.hostname, signal))
  if ('reason' in found) return end({ failedAt: 'proxy', reason: found.reason })
  const answer = await attempt(() => send({ url: address, headers: { 'user-agent': 'relayq' }, signal }))
  if ('reason' in answer) return end({ failedAt: 'proxy', reason: answer.reason })
  const { status, headers, body } = answer.value
  body.destroy()
  return end({ failedAt: null, reason: null, status, aheadMs: aheadOf(headers.get('date')) })
}

async function once<S extends Socket>(socket: S, event: string, signal: AbortSignal): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<S>()
  socket.once(event, () => resolve(socket)).on('error', reject)
  try {
    return await Promise.race([promise, ended(signal)])
  } catch (thrown) {
    socket.destroy()
    throw thrown
  }
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new TimedOut('no answer in time'))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

class TimedOut extends Error {
  override readonly name = 'TimedOut'
  readonly code = 'ETIMEDOUT'
}
