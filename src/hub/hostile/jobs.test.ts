import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertOnlyRefusalsTold, startHostileHub, startJob } from '../../../test/support/hostile-hub.ts'
import { routesOfHub } from '../../../test/support/hub-routes.ts'
import { testToken } from '../../../test/support/running-hub.ts'
import type { JsonObject } from '../../base/json.ts'
import { artifactService, receiverService } from '../../protocol/results-service.ts'

/** What a runner and its jobs call, as the router knows it. */
const engineRoutes: readonly string[] = (await routesOfHub())
  .filter(({ method, path }) => method === 'POST' && /^\/(_services|twirp|actions)\//.test(path))
  .map(({ path }) => path.replace('*', 'p/jobs/j/runnerresolve/actions'))

const completeJob = '/_services/run/completejob'

function twirpPlaces(): readonly (readonly [service: string, method: string])[] {
  return engineRoutes.flatMap(path => {
    const [, service, method] = /^\/twirp\/([^/]+)\/([^/]+)$/.exec(path) ?? []
    return service !== undefined && method !== undefined ? [[service, method] as const] : []
  })
}

test('No other token opens what only a runner or its job may call', async t => {
  const hub = await startHostileHub(t)
  const job = await startJob(hub, 'one')
  const ids = JSON.stringify({ ...job.ids, planId: job.message.plan.planId, jobId: job.message.jobId })
  const [head = '', payload = '', signature = ''] = job.token.split('.')
  const forged = [`${head}.${payload}.${signature.slice(0, -2)}AA`, `${head}.${payload}.`, `e30.${payload}.`]
  assert.ok(engineRoutes.length > 15, 'the walk sees the routes')
  for (const token of [null, 'guess', testToken, job.githubToken, ...forged]) {
    for (const path of engineRoutes) {
      const status = await hub.ask('POST', path, token, ids)
      // A runner that is not known (any more) hears 404, not 401 (docs/protocol.md, "Session").
      assert.ok(status === 401 || (status === 404 && path.includes('/broker/')), `${path}: ${status}`)
    }
  }
  assert.equal((await job.renew()).status, 200, 'the job goes on')
  assertOnlyRefusalsTold(hub)
})

test('A job’s token speaks for no other job', async t => {
  const hub = await startHostileHub(t)
  const [mine, other] = [await startJob(hub, 'one'), await startJob(hub, 'two')]
  for (const [service, method] of twirpPlaces()) {
    const { status } = await mine.twirp(service, method, { ...other.ids, ...anyRequest })
    assert.equal(status, 403, method)
  }
  const body = JSON.stringify({
    planId: other.message.plan.planId,
    jobId: other.message.jobId,
    ...anyRequest,
  })
  for (const path of ['/_services/run/renewjob', completeJob]) {
    assert.equal(await hub.ask('POST', path, mine.token, body), 401, path)
  }
  await other.twirp(artifactService, 'CreateArtifact', { name: 'theirs' })
  const finalized = await mine.twirp(artifactService, 'FinalizeArtifact', { name: 'theirs', size: '0' })
  assert.equal(finalized.status, 404)
  assert.equal((await other.renew()).status, 200)
  assertOnlyRefusalsTold(hub)
})

/** Whatever a method wants to read. */
const anyRequest: JsonObject = {
  name: 'x',
  key: 'x',
  version: 'x',
  step_backend_id: 'x',
  change_order: 1,
  conclusion: 'succeeded',
}

test('A job that has ended changes nothing any more', async t => {
  const hub = await startHostileHub(t)
  const job = await startJob(hub, 'one')
  const { body } = await job.twirp(receiverService, 'GetJobLogsSignedBlobURL', {})
  const logUrl = String((body as JsonObject)['logs_url'])
  await job.complete('succeeded')
  const ids = { ...job.ids, planId: job.message.plan.planId, jobId: job.message.jobId }
  const late = engineRoutes.filter(path => !/broker|acquirejob/.test(path))
  for (const path of late) {
    const status = await hub.ask('POST', path, job.token, JSON.stringify({ ...ids, ...anyRequest }))
    assert.equal(status, 404, path)
  }
  assert.equal((await fetch(logUrl, { method: 'PUT', body: 'late' })).status, 404)
  assertOnlyRefusalsTold(hub)
})
