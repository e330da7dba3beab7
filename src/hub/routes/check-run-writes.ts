import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { presentCheckRun } from '../present/check-run.ts'
import { readJsonObject } from '../request.ts'
import type { CheckRunChange } from '../store/check-runs.ts'
import type { CheckRunRecord } from '../store/records.ts'
import { addressesOf } from './addresses.ts'
import { readChange, readNew } from './check-run-body.ts'
import { findCheckRun } from './check-runs.ts'

/**
 * What clients make of check runs: the owner, or a job with `checks: write`. Below `/repos/{owner}/{repo}`. One that a
 * job makes belongs to the check suite of its run, and is deleted with it.
 */
export function checkRunWriteRoutes(hub: HubContext): Hono<HubEnv> {
  const { checkRuns, reader } = hub.engine
  const routes = new Hono<HubEnv>()

  routes.post('/check-runs', async c => {
    const { name, headSha, change } = readNew(await readJsonObject(c))
    const commit = await hub.repository.readCommit(headSha)
    if (!commit) return apiError(c, 422, `No commit found for SHA: ${headSha}`)
    const identity = c.get('identity')
    const runId = identity.kind === 'job' ? identity.job.runId : null
    const made = reader.getCheckRun(checkRuns.create({ name, headSha, runId }, change))
    if (!made) throw new Error('the check run was not stored')
    return c.json(presentCheckRun(addressesOf(hub, c), made), 201)
  })

  routes.patch('/check-runs/:check', async c => {
    const known = findCheckRun(hub, c)
    if (!known) return notFound(c)
    const change = readChange(await readJsonObject(c))
    if (known.isJob) refuseToMove(known, change)
    checkRuns.update(known.id, change)
    const changed = reader.getCheckRun(known.id)
    return changed ? c.json(presentCheckRun(addressesOf(hub, c), changed)) : notFound(c)
  })

  return routes
}

/** How a job stands is its runner's to say, and its name the workflow's. */
function refuseToMove(job: CheckRunRecord, { fields }: CheckRunChange): void {
  const { name = job.name, ...others } = fields
  if (name === job.name && Object.keys(others).length === 0) return
  refuse(422, 'Invalid request.\n\nOf the check run of a job, only "output" can be changed.')
}
