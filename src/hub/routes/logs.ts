import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { requireSignature } from '../links.ts'
import { zipRunLogs } from '../log-archive.ts'
import { idParameter, originOf } from '../request.ts'

/** GitHub's links to logs are good for one minute. */
const linkMillis = 60_000

/** Where signed log links lead; mounted at `/`, without a token. */
const logLinkPrefix = '/-/logs'

/**
 * Logs, below `/actions`: each answers with a redirect to a link that needs no token, as GitHub's does. While a job runs
 * the link gives what has arrived so far.
 */
export function logRoutes(hub: HubContext): Hono<HubEnv> {
  const { reader } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/jobs/:job/logs', async c => {
    const id = idParameter(c, 'job') ?? 0
    return (await hasLog(hub, id)) ? redirect(hub, c, `${logLinkPrefix}/jobs/${id}`) : notFound(c)
  })

  routes.get('/runs/:run/logs', c => {
    const run = reader.getRun(idParameter(c, 'run') ?? 0)
    return run ? redirect(hub, c, `${logLinkPrefix}/runs/${run.id}`) : notFound(c)
  })

  return routes
}

function redirect(hub: HubContext, c: Context<HubEnv>, path: string): Response {
  return c.redirect(originOf(c) + hub.links.sign(path, hub.clock() + linkMillis), 302)
}

async function hasLog(hub: HubContext, jobId: number): Promise<boolean> {
  if (!hub.engine.reader.getJob(jobId)) return false
  const stream = await hub.engine.reader.openJobLog(jobId)
  await stream?.cancel()
  return stream !== null
}

/** What the links lead to. */
export function logLinkRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.use(`${logLinkPrefix}/*`, requireSignature(hub.links, hub.clock))

  routes.get(`${logLinkPrefix}/jobs/:job`, async c => {
    const stream = await hub.engine.reader.openJobLog(idParameter(c, 'job') ?? 0)
    return stream ? c.body(stream, 200, textHeaders) : notFound(c)
  })

  routes.get(`${logLinkPrefix}/runs/:run`, c => {
    const run = hub.engine.reader.getRun(idParameter(c, 'run') ?? 0)
    if (!run) return notFound(c)
    return c.body(zipRunLogs(hub.engine.reader, run.id), 200, {
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; filename="logs_${run.id}.zip"`,
    })
  })

  return routes
}

const textHeaders = {
  'Content-Type': 'text/plain; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
}
