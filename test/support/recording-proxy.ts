import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface Call {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly status: number
}

export interface RecordingProxy {
  readonly port: number
  readonly origin: string
  /** In the order in which they arrived. */
  readonly calls: readonly Call[]
}

/** Stands between a runner and the hub, hands everything on, and writes down each call. Addresses of the hub in its
 * answers become the proxy's own, so that whoever starts with the proxy stays with it. */
export async function startRecordingProxy(t: TestContext, hubOrigin: string): Promise<RecordingProxy> {
  const calls: Call[] = []
  const server = createServer((incoming, answer) => {
    const place = calls.push(describe(incoming, 0)) - 1
    const outgoing = request(
      new URL(incoming.url ?? '/', hubOrigin),
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(hubOrigin).host } },
      received => {
        calls[place] = describe(incoming, received.statusCode ?? 0)
        pass(received, answer, hubOrigin, origin)
      },
    )
    outgoing.on('error', () => answer.destroy())
    answer.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, origin, calls }
}

function describe(incoming: IncomingMessage, status: number): Call {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://proxy')
  return { method: incoming.method ?? '', path: pathname, query: searchParams, status }
}

function pass(received: IncomingMessage, answer: ServerResponse, from: string, to: string): void {
  if (!received.headers['content-type']?.includes('json')) {
    answer.writeHead(received.statusCode ?? 502, received.headers)
    received.pipe(answer)
    return
  }
  const chunks: Buffer[] = []
  received.on('data', (chunk: Buffer) => chunks.push(chunk))
  received.on('end', () => {
    const text = Buffer.concat(chunks).toString().replaceAll(from, to)
    const { 'content-length': _, 'transfer-encoding': __, ...headers } = received.headers
    answer.writeHead(received.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(text) })
    answer.end(text)
  })
}
