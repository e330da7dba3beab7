import { Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import type { Identity } from '../auth.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notAccessible, notFound } from '../errors.ts'
import { isAllowed, rightsOf } from '../permissions.ts'
import { bodyStream, limitBytes } from '../request-body.ts'
import { writerOf } from '../routes/written.ts'
import { callBackend } from './backend.ts'
import { spoolBody } from './spool.ts'

/** Bytes of what a client wants and has; no honest negotiation is longer. */
const largestRequest = 32 * 1024 * 1024

/** Bytes of one push, unpacked as they are sent. */
const largestPush = 512 * 1024 * 1024

/**
 * The repository for git itself: `git clone http://github.localhost:PORT/{owner}/{repo}`, with or without `.git`. The
 * token comes as Basic, as checkout's `x-access-token`. A push moves the branch a person has checked out only together
 * with its files, and only while those have no changes of their own.
 */
export function gitRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/:owner/:repo/info/refs', async c => {
    const service = c.req.query('service')
    const caller = identify(hub, c, service === 'git-receive-pack' ? 'POST' : 'GET')
    if (caller instanceof Response) return caller
    if (service !== 'git-upload-pack' && service !== 'git-receive-pack')
      return apiError(c, 403, 'Only the smart protocol is served: update git.')
    if (service === 'git-receive-pack') writerOf(hub)
    return await forward(hub, c, '/info/refs')
  })

  routes.post('/:owner/:repo/git-upload-pack', async c => {
    const caller = identify(hub, c, 'GET')
    return caller instanceof Response ? caller : await forward(hub, c, '/git-upload-pack')
  })

  routes.post('/:owner/:repo/git-receive-pack', async c => {
    const caller = identify(hub, c, 'POST')
    return caller instanceof Response ? caller : await takePush(hub, c, caller)
  })

  return routes
}

/** Who may read (GET) or write (POST) the repository. Without credentials git asks its user for them when it hears 401. */
function identify(hub: HubContext, c: Context<HubEnv>, method: 'GET' | 'POST'): Identity | Response {
  const { owner, name } = hub.repository
  const identity = hub.authenticator.authenticate(c.req.header('Authorization'))
  if (!identity) {
    c.header('WWW-Authenticate', 'Basic realm="GitHub"')
    return apiError(c, 401, 'Requires authentication')
  }
  const asked = `${c.req.param('owner')}/${c.req.param('repo')?.replace(/\.git$/, '')}`
  if (asked.toLowerCase() !== `${owner}/${name}`.toLowerCase()) return notFound(c)
  return isAllowed(identity, method, '/git') ? identity : notAccessible(c)
}

async function takePush(hub: HubContext, c: Context<HubEnv>, caller: Identity): Promise<Response> {
  const writer = writerOf(hub)
  if (c.req.header('Content-Type') !== 'application/x-git-receive-pack-request')
    return apiError(c, 415, 'Unsupported Media Type')
  const spooled = await spoolBody(c.req.raw, largestPush)
  if (spooled === 'too_large') return apiError(c, 413, `A push has at most ${largestPush} bytes.`)
  if (spooled === 'broken') return apiError(c, 400, 'The push broke off.')
  await using request = spooled
  const report = await writer.takePush(request.file, rightsOf(caller))
  if (!report) return apiError(c, 400, 'This is no push.')
  const headers = { 'Content-Type': 'application/x-git-receive-pack-result', 'Cache-Control': 'no-cache' }
  return c.body(new Uint8Array(report), 200, headers)
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
    body: limitedBody(c.req.raw),
  })
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { status, headers })
}

function limitedBody(request: Request): Readable {
  const limited = limitBytes(largestRequest)
  const source = bodyStream(request)
  source.once('error', error => limited.destroy(error))
  return source.pipe(limited)
}
