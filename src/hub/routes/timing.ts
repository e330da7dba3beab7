import type { components } from '@octokit/openapi-types'
import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { findRun } from './find-run.ts'
import { findOnDefaultBranch } from './workflows.ts'

/** What GitHub would bill, below `/actions`: nothing, as nobody pays for runners of their own. */
export function timingRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/runs/:run/timing', c => {
    const run = findRun(hub, c)
    if (!run) return notFound(c)
    const ended = run.status === 'completed' ? Date.parse(run.updatedAt) : hub.clock()
    const usage: components['schemas']['workflow-run-usage'] = {
      billable: {},
      run_duration_ms: Math.max(0, ended - Date.parse(run.startedAt)),
    }
    return c.json(usage)
  })

  routes.get('/workflows/:workflow/timing', async c => {
    if (!(await findOnDefaultBranch(hub, c.req.param('workflow')))) return notFound(c)
    const usage: components['schemas']['workflow-usage'] = { billable: {} }
    return c.json(usage)
  })

  return routes
}
