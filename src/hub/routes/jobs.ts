import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { linkPages, pageOf, pageQuery } from '../pagination.ts'
import { presentAnnotation, presentJob } from '../present/job.ts'
import { idParameter } from '../request.ts'
import type { JobRecord, RunRecord } from '../store/records.ts'
import { addressesOf } from './addresses.ts'

/** One job and its annotations. Below `/repos/{owner}/{repo}`; a job's id is its check run's id, as on GitHub. */
export function jobRoutes(hub: HubContext): Hono<HubEnv> {
  const { reader } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/actions/jobs/:job', c => {
    const found = findJob(hub, c)
    if (!found) return notFound(c)
    return c.json(presentJob(addressesOf(hub, c), found.run, found.job, reader.listSteps(found.job.id)))
  })

  routes.get('/check-runs/:job/annotations', c => {
    const found = findJob(hub, c)
    if (!found) return notFound(c)
    const query = pageQuery(c)
    const page = pageOf(reader.listAnnotations(found.job.id), query)
    linkPages(c, query, page.totalCount)
    const addresses = addressesOf(hub, c)
    return c.json(page.items.map(annotation => presentAnnotation(addresses, found.run, annotation)))
  })

  return routes
}

function findJob(
  hub: HubContext,
  c: Context<HubEnv>,
): { readonly job: JobRecord; readonly run: RunRecord } | null {
  const { reader } = hub.engine
  const job = reader.getJob(idParameter(c, 'job') ?? 0)
  const run = job && reader.getRun(job.runId)
  return job && run ? { job, run } : null
}
