import { createServer, IncomingMessage, type Server, type ServerOptions, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { RelayError, systemErrorCode } from '../base/errors.ts'
import { endLateBody } from './late-bodies.ts'
import { passOverBody } from './unread-bodies.ts'
import { isLoopback } from './urls.ts'

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Names the hub may be addressed by, besides those of loopback. */
  readonly names: readonly string[]
  readonly fetch: (
    request: Request,
    bindings: { readonly outgoing: ServerResponse },
  ) => Promise<Response> | Response
  readonly patience?: Patience
}

/** How long a request may take to arrive, in milliseconds. Answers may take as long as they like. */
interface Patience {
  readonly headersMs: number
  /** With its body; a large one that keeps coming is given more: see late-bodies.ts. */
  readonly requestMs: number
  /** How long an answer that is ready waits for a small body that nobody reads. */
  readonly unreadMs: number
  /** Between two looks for those that are late. */
  readonly checkMs: number
}

/** A caller that never comes to its end must not hold a connection for ever. */
const usualPatience: Patience = {
  headersMs: 30_000,
  requestMs: 300_000,
  unreadMs: 1_000,
  checkMs: 10_000,
}

/** What gh calls a GitHub of its own; it looks for it on port 80, through the hub as its proxy. */
const proxiedNames: readonly string[] = ['github.localhost', 'api.github.localhost']

const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '::1']

/**
 * Serves `fetch` over HTTP/1.1. Takes absolute-form requests, so that a client may name the hub as its HTTP proxy, and
 * refuses to be a proxy for anything else: CONNECT, or a name that is not the hub's (which also defeats DNS rebinding).
 * Throws RelayError `port_in_use`.
 */
export async function listen(options: ListenOptions): Promise<Server> {
  const patience = options.patience ?? usualPatience
  // Hono's body limit builds a Request of a Request, which only works with the adapter's own global classes.
  const answer = getRequestListener(async (request, { incoming, outgoing }) => {
    if (!(outgoing instanceof ServerResponse && incoming instanceof IncomingMessage)) {
      return new Response(null, { status: 505 })
    }
    const response = await options.fetch(request, { outgoing })
    const passed = await passOverBody(incoming, patience.unreadMs)
    if (passed === 'late') outgoing.setHeader('Connection', 'close')
    return response
  })
  const isOurs = hostCheck(options)
  const server = createServer(timeouts(patience), (incoming, outgoing) => {
    endLateBody(incoming, outgoing, patience)
    if (isOurs(incoming)) void answer(incoming, outgoing)
    else refuseHost(outgoing)
  })
  server.on('connect', (_, socket) => {
    socket.end(
      'HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, POST, PUT, DELETE\r\nConnection: close\r\n\r\n',
    )
  })
  await started(server, options)
  return server
}

/** The server's own limit for a whole request would cut off a large upload, however fast it comes. */
function timeouts({ headersMs, checkMs }: Patience): ServerOptions {
  return { headersTimeout: headersMs, requestTimeout: 0, connectionsCheckingInterval: checkMs }
}

function hostCheck({ host, names }: ListenOptions): (incoming: IncomingMessage) => boolean {
  const known = new Set([...proxiedNames, ...loopbackNames, ...names, host].map(name => name.toLowerCase()))
  // A rebinding page has a name, never an address: a hub that listens beyond loopback may be called by any address.
  const anyAddress = !isLoopback(host)
  return incoming => {
    const asked = requested(incoming)
    if (!asked || !(known.has(asked.name) || (anyAddress && isIP(asked.name) !== 0))) return false
    // A client that takes the hub for its proxy may mean another server on this machine.
    return !asked.byProxy || proxiedNames.includes(asked.name) || asked.port === incoming.socket.localPort
  }
}

interface Requested {
  /** Lower case, without brackets. */
  readonly name: string
  readonly port: number
  readonly byProxy: boolean
}

/** Whom a request is for: the authority of an absolute-form target outranks the Host header (RFC 9112 §3.2.2). */
function requested(incoming: IncomingMessage): Requested | null {
  const target = incoming.url ?? ''
  const byProxy = !target.startsWith('/')
  const address = byProxy ? target : `http://${incoming.headers.host ?? ''}`
  if (!URL.canParse(address)) return null
  const { protocol, hostname, port } = new URL(address)
  if (protocol !== 'http:') return null
  return { name: hostname.replace(/^\[|\]$/g, '').toLowerCase(), port: Number(port || 80), byProxy }
}

function refuseHost(outgoing: ServerResponse): void {
  const body = JSON.stringify({ message: 'This hub does not answer to that host name.', status: '421' })
  outgoing.writeHead(421, { 'Content-Type': 'application/json', Connection: 'close' }).end(body)
}

async function started(server: Server, { host, port }: ListenOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch(cause => {
    if (systemErrorCode(cause) !== 'EADDRINUSE') throw cause
    throw new RelayError('port_in_use', `Port ${port} of ${host} is in use.`, {
      hint: 'Choose another with --port, or stop the other hub with: relayq down',
      cause,
    })
  })
}
