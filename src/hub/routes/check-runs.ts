import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { linkPages, pageQuery } from '../pagination.ts'
import { actionsAppId, presentAnnotation, presentCheckRun, presentCheckSuite } from '../present/check-run.ts'
import { idParameter } from '../request.ts'
import type { CheckRunFilter, CheckRunRecord } from '../store/records.ts'
import { addressesOf } from './addresses.ts'
import { findRun } from './find-run.ts'

/**
 * Check runs and suites, to read. Below `/repos/{owner}/{repo}`. A job's id is its check run's id, and a run's its
 * check suite's, as on GitHub; clients may make check runs beside the jobs (check-run-writes.ts).
 */
export function checkRunRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository } = hub
  const { reader } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.get('/check-runs/:check', c => {
    const checkRun = findCheckRun(hub, c)
    return checkRun ? c.json(presentCheckRun(addressesOf(hub, c), checkRun)) : notFound(c)
  })

  routes.get('/check-runs/:check/annotations', c => {
    const checkRun = findCheckRun(hub, c)
    if (!checkRun) return notFound(c)
    const query = pageQuery(c)
    linkPages(c, query, checkRun.annotationsCount)
    const addresses = addressesOf(hub, c)
    const annotations = reader.listAnnotations(checkRun.id, query)
    return c.json(annotations.map(one => presentAnnotation(addresses, checkRun.headSha, one)))
  })

  routes.get('/check-suites/:run', async c => {
    const run = findRun(hub, c)
    const commit = run && (await repository.readCommit(run.headSha))
    if (!commit) return notFound(c)
    const ofRun: CheckRunFilter = { of: { runId: run.id }, latest: true }
    const { totalCount } = reader.listCheckRuns(ofRun, { page: 1, perPage: 1 })
    return c.json(presentCheckSuite(addressesOf(hub, c), run, commit, totalCount))
  })

  routes.get('/check-suites/:run/check-runs', c => {
    const run = findRun(hub, c)
    return run ? list(hub, c, { runId: run.id }) : notFound(c)
  })

  routes.get('/commits/:ref{.+}/check-runs', async c => {
    const ref = c.req.param('ref')
    const resolved = await repository.resolve(ref)
    const commit = resolved && (await repository.readCommit(resolved.sha))
    return commit
      ? list(hub, c, { headSha: commit.sha })
      : apiError(c, 422, `No commit found for SHA: ${ref}`)
  })

  return routes
}

export function findCheckRun(hub: HubContext, c: Context<HubEnv>): CheckRunRecord | null {
  return hub.engine.reader.getCheckRun(idParameter(c, 'check') ?? 0)
}

function list(hub: HubContext, c: Context<HubEnv>, of: CheckRunFilter['of']): Response {
  const query = pageQuery(c)
  const [name, status, app] = ['check_name', 'status', 'app_id'].map(parameter => c.req.query(parameter))
  const filter = {
    of,
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    latest: c.req.query('filter') !== 'all',
  }
  const isOfOtherApp = app !== undefined && app !== String(actionsAppId)
  const page = isOfOtherApp ? { totalCount: 0, items: [] } : hub.engine.reader.listCheckRuns(filter, query)
  linkPages(c, query, page.totalCount)
  const addresses = addressesOf(hub, c)
  const checkRuns = page.items.map(checkRun => presentCheckRun(addresses, checkRun))
  return c.json({ total_count: page.totalCount, check_runs: checkRuns })
}
