import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { linkPages, pageQuery } from '../pagination.ts'
import { presentJob } from '../present/job.ts'
import { presentRun, presentRunAttempt } from '../present/run.ts'
import type { RunFilter, RunRecord } from '../store/records.ts'
import { addressesOf } from './addresses.ts'
import { findAttempt, findRun } from './find-run.ts'
import { findOfRuns, findOnDefaultBranch } from './workflows.ts'

/** Runs, their attempts and jobs, read only: below `/actions`. */
export function runRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/runs', async c => await listRuns(hub, c, readFilter(c)))

  routes.get('/workflows/:workflow/runs', async c => {
    const name = c.req.param('workflow')
    const path = (await findOnDefaultBranch(hub, name))?.entry.path ?? findOfRuns(hub, name)?.path
    if (path === undefined) return notFound(c)
    return await listRuns(hub, c, { ...readFilter(c), workflowPath: path })
  })

  routes.get('/runs/:run', async c => {
    const run = findRun(hub, c)
    return run ? c.json(await present(hub, c, run)) : notFound(c)
  })

  routes.get('/runs/:run/jobs', c => {
    const run = findRun(hub, c)
    if (!run) return notFound(c)
    return listJobs(hub, c, run, c.req.query('filter') === 'all' ? 'all' : run.runAttempt)
  })

  routes.get('/runs/:run/attempts/:attempt', async c => {
    const run = findAttempt(hub, c)
    if (!run) return notFound(c)
    const commit = await hub.repository.readCommit(run.headSha)
    return c.json(presentRunAttempt(addressesOf(hub, c), run, commit))
  })

  routes.get('/runs/:run/attempts/:attempt/jobs', c => {
    const run = findAttempt(hub, c)
    return run ? listJobs(hub, c, run, run.runAttempt) : notFound(c)
  })

  return routes
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
  ['checkSuiteId', 'check_suite_id'],
  ['created', 'created'],
] as const

function readFilter(c: Context<HubEnv>): RunFilter {
  const given = filterParameters.map(([member, parameter]) => [member, c.req.query(parameter)] as const)
  return Object.fromEntries(given.filter(([, value]) => value !== undefined && value !== ''))
}

function listJobs(hub: HubContext, c: Context<HubEnv>, run: RunRecord, attempt: number | 'all'): Response {
  const { reader } = hub.engine
  const query = pageQuery(c)
  const page = reader.listJobs(run.id, query, attempt)
  linkPages(c, query, page.totalCount)
  const addresses = addressesOf(hub, c)
  const jobs = page.items.map(job => presentJob(addresses, run, job, reader.listSteps(job.id)))
  return c.json({ total_count: page.totalCount, jobs })
}
