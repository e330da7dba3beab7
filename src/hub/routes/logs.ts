import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { requireSignature } from '../links.ts'
import { zipRunLogs } from '../log-archive.ts'
import { idParameter, originOf } from '../request.ts'
import type { RunRecord } from '../store/records.ts'
import { findAttempt, findRun } from './find-run.ts'

/** GitHub's links to logs are good for one minute (docs/protocol.md, "Log links"). */
const linkMillis = 60_000

/** Where signed log links lead; mounted at `/`, without a token. */
const logLinkPrefix = '/-/logs'

/**
 * Logs, below `/actions`: each answers with a redirect to a link that needs no token, as GitHub's does. While a job runs
 * the link gives what has arrived so far.
 */
export function logRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/jobs/:job/logs', async c => {
    const id = idParameter(c, 'job') ?? 0
    return (await hasLog(hub, id)) ? redirect(hub, c, `${logLinkPrefix}/jobs/${id}`) : notFound(c)
  })

  routes.get('/runs/:run/logs', c => redirectToArchive(hub, c, findRun(hub, c)))

  routes.get('/runs/:run/attempts/:attempt/logs', c => redirectToArchive(hub, c, findAttempt(hub, c)))

  routes.delete('/runs/:run/logs', c => {
    const outcome = hub.engine.deleteLogs(idParameter(c, 'run') ?? 0)
    if (outcome === 'not_found') return notFound(c)
    if (outcome === 'deleted') return c.body(null, 204)
    return apiError(c, 403, 'Could not delete the logs of a workflow run that is not completed.')
  })

  return routes
}

function redirect(hub: HubContext, c: Context<HubEnv>, path: string): Response {
  return c.redirect(originOf(c) + hub.links.sign(path, hub.clock() + linkMillis), 302)
}

function redirectToArchive(hub: HubContext, c: Context<HubEnv>, run: RunRecord | null): Response {
  if (!run || !hub.engine.reader.hasLogs(run.id)) return notFound(c)
  return redirect(hub, c, `${logLinkPrefix}/runs/${run.id}/attempts/${run.runAttempt}`)
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

  routes.get(`${logLinkPrefix}/runs/:run/attempts/:attempt`, c => {
    const run = findAttempt(hub, c)
    if (!run) return notFound(c)
    return c.body(zipRunLogs(hub.engine.reader, run), 200, {
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
