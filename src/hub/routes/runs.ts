import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { linkPages, pageQuery } from '../pagination.ts'
import { presentJob } from '../present/job.ts'
import { presentRun } from '../present/run.ts'
import { idParameter } from '../request.ts'
import type { RunFilter, RunRecord } from '../store/records.ts'
import { addressesOf } from './addresses.ts'

/** Runs: list (of the repository or of one workflow), get, cancel, jobs. Below `/actions`. */
export function runRoutes(hub: HubContext): Hono<HubEnv> {
  const { engine } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/runs', async c => await listRuns(hub, c, readFilter(c)))

  routes.get('/workflows/:workflow/runs', async c => {
    const branch = await hub.repository.resolve(hub.repository.defaultBranch)
    const entry = branch && (await hub.catalog.find(branch.sha, c.req.param('workflow')))
    if (!entry) return notFound(c)
    return await listRuns(hub, c, { ...readFilter(c), workflowPath: entry.path })
  })

  routes.get('/runs/:run', async c => {
    const run = findRun(hub, c)
    return run ? c.json(await present(hub, c, run)) : notFound(c)
  })

  routes.post('/runs/:run/cancel', c => {
    const outcome = engine.cancelRun(idParameter(c, 'run') ?? 0)
    if (outcome === 'not_found') return notFound(c)
    if (outcome === 'accepted') return c.json({}, 202)
    return apiError(c, 409, 'Cannot cancel a workflow run that is completed.')
  })

  routes.get('/runs/:run/jobs', c => {
    const run = findRun(hub, c)
    return run ? listJobs(hub, c, run) : notFound(c)
  })

  routes.get('/runs/:run/attempts/:attempt/jobs', c => {
    const run = findRun(hub, c)
    return run && idParameter(c, 'attempt') === run.runAttempt ? listJobs(hub, c, run) : notFound(c)
  })

  return routes
}

function findRun(hub: HubContext, c: Context<HubEnv>): RunRecord | null {
  const id = idParameter(c, 'run')
  return id === null ? null : hub.engine.reader.getRun(id)
}

async function listRuns(hub: HubContext, c: Context<HubEnv>, filter: RunFilter): Promise<Response> {
  const query = pageQuery(c)
  const page = hub.engine.reader.listRuns(filter, query)
  linkPages(c, query, page.totalCount)
  const runs = await Promise.all(page.items.map(run => present(hub, c, run)))
  return c.json({ total_count: page.totalCount, workflow_runs: runs })
}

async function present(hub: HubContext, c: Context<HubEnv>, run: RunRecord) {
  return presentRun(addressesOf(hub, c), run, await hub.repository.readCommit(run.headSha))
}

const filterParameters = [
  ['status', 'status'],
  ['branch', 'branch'],
  ['actor', 'actor'],
  ['event', 'event'],
  ['headSha', 'head_sha'],
  ['created', 'created'],
] as const

function readFilter(c: Context<HubEnv>): RunFilter {
  const given = filterParameters.map(([member, parameter]) => [member, c.req.query(parameter)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ''))
}

/** `filter` (latest, all) makes no difference while every run has one attempt. */
function listJobs(hub: HubContext, c: Context<HubEnv>, run: RunRecord): Response {
  const { reader } = hub.engine
  const query = pageQuery(c)
  const page = reader.listJobs(run.id, query)
  linkPages(c, query, page.totalCount)
  const addresses = addressesOf(hub, c)
  const jobs = page.items.map(job => presentJob(addresses, run, job, reader.listSteps(job.id)))
  return c.json({ total_count: page.totalCount, jobs })
}
