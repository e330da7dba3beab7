import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { Json } from '../../src/base/json.ts'

/** A request to `POST /audio/transcriptions`, as the server read it. */
export interface HeardRequest {
  readonly key: string | null
  readonly fields: Readonly<Record<string, string>>
  readonly file: { readonly name: string; readonly type: string; readonly bytes: number }
}

/** How it is answered: a whole answer, or whatever the function does with the response. */
export type Reply =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json: Json }
  | { readonly status?: number; readonly text: string }
  | ((response: ServerResponse, request: HeardRequest) => void)

export interface SpeechServer {
  /** What `OPENAI_BASE_URL` or `OPENROUTER_BASE_URL` is set to. */
  readonly baseUrl: string
  readonly requests: HeardRequest[]
}

/** A transcription service on loopback. `reply` decides each request; the address ends with the test. */
export async function speechServer(
  t: { readonly after: (work: () => void) => void },
  reply: (request: HeardRequest, count: number) => Reply,
): Promise<SpeechServer> {
  const requests: HeardRequest[] = []
  const server = createServer(async (incoming, response) => {
    if (incoming.url !== '/v1/audio/transcriptions' || incoming.method !== 'POST') {
      response.writeHead(404).end()
      return
    }
    // A request that was broken off by its client is nobody's concern.
    const request = await readRequest(incoming).catch(() => null)
    if (request === null) return
    answer(response, reply(request, requests.push(request)), request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests }
}

async function readRequest(incoming: IncomingMessage): Promise<HeardRequest> {
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
  const headers = { 'content-type': incoming.headers['content-type'] ?? '' }
  const form = await new Response(body, { headers }).formData()
  const file = form.get('file') as File
  const fields = [...form.entries()].flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return {
    key: /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? null,
    fields: Object.fromEntries(fields),
    file: { name: file.name, type: file.type, bytes: file.size },
  }
}

function answer(response: ServerResponse, reply: Reply, request: HeardRequest): void {
  if (typeof reply === 'function') {
    reply(response, request)
    return
  }
  const text = 'json' in reply ? JSON.stringify(reply.json) : reply.text
  const headers = 'json' in reply ? reply.headers : {}
  response.writeHead(reply.status ?? 200, headers).end(text)
}

/** An error as OpenAI words it. */
export function openAIError(message: string, type: string, code: string | null): { json: Json } {
  return { json: { error: { message, type, param: null, code } } }
}

/** An error as OpenRouter words it. */
export function routerError(code: number, message: string): { status: number; json: Json } {
  return { status: code, json: { error: { code, message, metadata: {} }, user_id: 'user_1' } }
}
