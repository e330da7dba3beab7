import { Readable, Transform } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notAccessible, notFound } from '../errors.ts'
import { isAllowed } from '../permissions.ts'
import { callBackend } from './backend.ts'

/** Bytes of what a client wants and has; no honest negotiation is longer. */
const largestRequest = 32 * 1024 * 1024

/**
 * The repository for git itself: `git clone http://github.localhost:PORT/{owner}/{repo}`, with or without `.git`. The
 * token comes as Basic, as checkout's `x-access-token`. Fetching only: the checkout belongs to the person who works in it.
 */
export function gitRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/:owner/:repo/info/refs', async c => {
    const refusal = refuse(hub, c)
    if (refusal) return refusal
    const service = c.req.query('service')
    if (service === 'git-receive-pack') return readOnly(c)
    if (service !== 'git-upload-pack')
      return apiError(c, 403, 'Only the smart protocol is served: update git.')
    return await forward(hub, c, '/info/refs')
  })

  routes.post(
    '/:owner/:repo/git-upload-pack',
    async c => refuse(hub, c) ?? (await forward(hub, c, '/git-upload-pack')),
  )

  routes.post('/:owner/:repo/git-receive-pack', c => refuse(hub, c) ?? readOnly(c))

  return routes
}

/** null when the caller may read the repository. Without credentials git asks its user for them when it hears 401. */
function refuse(hub: HubContext, c: Context<HubEnv>): Response | null {
  const { owner, name } = hub.repository
  const identity = hub.authenticator.authenticate(c.req.header('Authorization'))
  if (!identity) {
    c.header('WWW-Authenticate', 'Basic realm="GitHub"')
    return apiError(c, 401, 'Requires authentication')
  }
  const asked = `${c.req.param('owner')}/${c.req.param('repo')?.replace(/\.git$/, '')}`
  if (asked.toLowerCase() !== `${owner}/${name}`.toLowerCase()) return notFound(c)
  return isAllowed(identity, 'GET', '/git') ? null : notAccessible(c)
}

function readOnly(c: Context<HubEnv>): Response {
  return apiError(c, 403, 'This hub serves its repository for reading: push where it came from.')
}

async function forward(hub: HubContext, c: Context<HubEnv>, path: string): Promise<Response> {
  const { gitPath } = hub.repository
  if (gitPath === null) return notFound(c)
  const { status, headers, body } = await callBackend(gitPath, {
    method: c.req.method === 'POST' ? 'POST' : 'GET',
    path,
    query: new URL(c.req.url).search.slice(1),
    contentType: c.req.header('Content-Type') ?? '',
    contentEncoding: c.req.header('Content-Encoding') ?? '',
    protocol: c.req.header('Git-Protocol') ?? '',
    body: bodyOf(c),
  })
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers })
}

function bodyOf(c: Context<HubEnv>): Readable {
  const { body } = c.req.raw
  if (!body) return Readable.from([])
  let received = 0
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length
      if (received > largestRequest) done(new Error(`more than ${largestRequest} bytes`))
      else done(null, chunk)
    },
  })
  const source = Readable.fromWeb(body as NodeReadableStream)
  source.once('error', error => limited.destroy(error))
  return source.pipe(limited)
}
