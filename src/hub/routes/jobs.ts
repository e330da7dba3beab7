import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { presentJob } from '../present/job.ts'
import { idParameter } from '../request.ts'
import { addressesOf } from './addresses.ts'

/** One job. Below `/actions`. */
export function jobRoutes(hub: HubContext): Hono<HubEnv> {
  const { reader } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/jobs/:job', c => {
    const job = reader.getJob(idParameter(c, 'job') ?? 0)
    const run = job && reader.getRun(job.runId)
    if (!job || !run) return notFound(c)
    return c.json(presentJob(addressesOf(hub, c), run, job, reader.listSteps(job.id)))
  })

  return routes
}
