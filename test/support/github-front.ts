import { request as send } from 'node:http'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { serveOnLoopback } from './loopback-server.ts'
import { type HubFixture, testToken } from './running-hub.ts'

export interface Front {
  /** `http://127.0.0.1:PORT/api/v3` */
  readonly apiUrl: string
  readonly origin: string
  /** Every request: method, path and the scheme of its authorization. */
  readonly requests: string[]
  /** Answers a request itself: a body of JSON and a status; null lets it pass. */
  answer: (method: string, path: string) => { readonly status: number; readonly body: object } | null
}

/**
 * The hub as github.com would look: it does not name itself, and registers runners that bring a registration token
 * (docs/protocol.md, "Joining"), through the hub's own registration by JIT.
 */
export async function startGitHubFront(t: TestContext, hub: HubFixture): Promise<Front> {
  const front: { -readonly [K in keyof Front]: Front[K] } = {
    apiUrl: '',
    origin: '',
    requests: [],
    answer: () => null,
  }
  front.origin = await serveOnLoopback(t, (request, response) => {
    const { method = '', url = '', headers } = request
    front.requests.push(`${method} ${url} ${headers.authorization?.split(' ')[0] ?? ''}`)
    const own = front.answer(method, url)
    if (own !== null) {
      response.writeHead(own.status, { 'content-type': 'application/json' }).end(JSON.stringify(own.body))
      return
    }
    if (method === 'POST' && /\/actions\/runner(-registration|s\/register)$/.test(url)) {
      void register(hub, headers.authorization ?? '', url, request).then(({ status, body }) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      )
      return
    }
    const passed = send(`${hub.hub.url}${url}`, { method, headers })
    passed.on('response', answer => {
      const { 'x-relayq-instance': _, ...shown } = answer.headers
      response.writeHead(answer.statusCode ?? 502, shown)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  front.apiUrl = `${front.origin}/api/v3`
  return front
}

async function register(
  hub: HubFixture,
  authorization: string,
  url: string,
  request: AsyncIterable<Uint8Array>,
): Promise<{ status: number; body: object }> {
  const body = JSON.parse(await text(request)) as {
    name: string
    labels: { name: string }[]
    ephemeral: boolean
    replace: boolean
    work_folder: string
  }
  const allowed = await hub.request('/actions/runners', { headers: { Authorization: authorization } })
  if (!allowed.ok) return { status: allowed.status, body: (await allowed.json()) as object }
  if (url.endsWith('-registration')) return { status: 200, body: { use_v2_flow: true } }
  const { name, ephemeral, work_folder } = body
  const labels = ['self-hosted', 'Linux', ...body.labels.map(label => label.name)]
  const answer = await hub.request('/actions/runners/generate-jitconfig', {
    method: 'POST',
    headers: { Authorization: `Bearer ${testToken}` },
    body: JSON.stringify({ name, labels, ephemeral, work_folder, runner_group_id: 1 }),
  })
  const { encoded_jit_config: encoded } = (await answer.json()) as { encoded_jit_config: string }
  const decode = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')
  const files = JSON.parse(decode(encoded)) as Record<string, string>
  return {
    status: 200,
    body: { settings: decode(files['.runner'] ?? ''), credentials: decode(files['.credentials'] ?? '') },
  }
}
