import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import type { CancelOutcome, RerunOutcome } from '../engine.ts'
import { apiError, notFound } from '../errors.ts'
import { idParameter, readJsonObject } from '../request.ts'

/** What can be done with a run or a job that is there: cancel, run again, delete. Below `/actions`. */
export function runActionRoutes(hub: HubContext): Hono<HubEnv> {
  const { engine } = hub
  const routes = new Hono<HubEnv>()
  const runId = (c: Context<HubEnv>): number => idParameter(c, 'run') ?? 0

  routes.post('/runs/:run/cancel', c => answerCancel(c, engine.cancelRun(runId(c))))

  routes.post('/runs/:run/force-cancel', c => answerCancel(c, engine.forceCancelRun(runId(c))))

  routes.post('/runs/:run/rerun', async c => {
    return answerRerun(c, engine.rerun(runId(c), { kind: 'all' }, await rerunOptions(c)))
  })

  routes.post('/runs/:run/rerun-failed-jobs', async c => {
    return answerRerun(c, engine.rerun(runId(c), { kind: 'failed' }, await rerunOptions(c)))
  })

  routes.post('/jobs/:job/rerun', async c => {
    const options = await rerunOptions(c)
    const job = engine.reader.getJob(idParameter(c, 'job') ?? 0)
    if (!job) return notFound(c)
    const outcome = engine.rerun(job.runId, { kind: 'job', jobId: job.id }, options)
    if (outcome !== 'still_running') return answerRerun(c, outcome)
    return apiError(c, 403, 'The workflow run containing this job is already running')
  })

  routes.delete('/runs/:run', c => {
    const outcome = engine.deleteRun(runId(c))
    if (outcome === 'not_found') return notFound(c)
    return outcome === 'deleted' ? c.body(null, 204) : apiError(c, 403, 'Could not delete the workflow run')
  })

  return routes
}

function answerCancel(c: Context<HubEnv>, outcome: CancelOutcome): Response {
  if (outcome === 'not_found') return notFound(c)
  if (outcome === 'accepted') return c.json({}, 202)
  return apiError(c, 409, 'Cannot cancel a workflow run that is completed.')
}

async function rerunOptions(c: Context<HubEnv>): Promise<{ readonly debugLogging: boolean }> {
  const { enable_debug_logging } = await readJsonObject(c)
  return { debugLogging: enable_debug_logging === true }
}

/** GitHub's words; clients tell the refusals apart by them alone. */
const refusals: Readonly<Record<Exclude<RerunOutcome, 'accepted' | 'not_found'>, string>> = {
  still_running: 'This workflow is already running',
  nothing_failed: 'This workflow run cannot be retried',
  earlier_attempt: 'Only jobs from the current attempt can be re-run',
  too_old: 'Unable to retry this workflow run because it was created over a month ago',
  too_often: 'Unable to retry this workflow run because it was already re-run 50 times',
}

function answerRerun(c: Context<HubEnv>, outcome: RerunOutcome): Response {
  if (outcome === 'accepted') return c.json({}, 201)
  return outcome === 'not_found' ? notFound(c) : apiError(c, 403, refusals[outcome])
}
