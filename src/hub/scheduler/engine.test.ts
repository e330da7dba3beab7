import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTestHub } from '../../../test/support/engine-hub.ts'
import type { JsonObject } from '../../base/json.ts'
import { decodeContextData } from '../../protocol/context-data.ts'

test('a run with one job is offered, acquired and completed over real sockets', async t => {
  const hub = await openTestHub(t)
  const run = await hub.startRun(
    'jobs:\n  hello:\n    runs-on: [self-hosted]\n    steps:\n      - run: echo hello\n',
  )
  assert.equal(run.status, 'queued')
  const runner = await hub.runner('mac', ['self-hosted', 'macmini'])
  const job = await runner.takeJob()
  assert.equal(job.message.jobName, 'hello')
  assert.equal(hub.engine.reader.getRun(run.id)?.status, 'in_progress')
  assert.equal((await job.complete('succeeded')).status, 200)
  const ended = hub.engine.reader.getRun(run.id)
  assert.deepEqual([ended?.status, ended?.conclusion], ['completed', 'success'])
  assert.equal((await job.complete('failed')).status, 404)
  assert.equal(hub.transitions(run.id, 'completed'), 2)
})

test('the job message says where to report, who asks, and what to do', async t => {
  const hub = await openTestHub(t)
  const yaml = `env: { A: '1' }
jobs:
  hello:
    runs-on: x
    env: { B: '2' }
    outputs: { colour: '\${{ steps.paint.outputs.colour }}' }
    strategy: { matrix: { n: [1, 2] } }
    steps:
      - id: paint
        run: echo red
`
  await hub.startRun(yaml, { url: 'http://x' })
  const runner = await hub.runner('r', ['x'])
  const { message, token } = await runner.takeJob()
  assert.equal(message.messageType, 'RunnerJobRequest')
  assert.equal(message.jobDisplayName, 'hello (1)')
  assert.match(message.resources.endpoints[0]?.url ?? '', /^http:\/\/127\.0\.0\.1:\d+\/.*\/$/)
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { scp: string }
  assert.equal(claims.scp, `Actions.Results:${message.plan.planId}:${message.jobId}`)
  const context = Object.fromEntries(
    Object.entries(message.contextData).map(([name, data]) => [name, decodeContextData(data)]),
  )
  assert.deepEqual(context['inputs'], { url: 'http://x' })
  assert.deepEqual(context['matrix'], { n: 1 })
  assert.deepEqual(context['strategy'], {
    'fail-fast': true,
    'job-index': 0,
    'job-total': 2,
    'max-parallel': 2,
  })
  const github = context['github'] as JsonObject
  assert.deepEqual([github['repository'], github['job'], github['ref_name']], ['octo/queue', 'hello', 'main'])
  assert.match(String(github['server_url']), /^http:\/\/github\.localhost:\d+$/)
  assert.match(String(github['api_url']), /^http:\/\/127\.0\.0\.1:\d+\/api\/v3$/)
  assert.equal(message.variables['github_token']?.isSecret, true)
  assert.equal(message.environmentVariables.length, 2)
  assert.notEqual(message.jobOutputs, undefined)
  const [step] = message.steps
  assert.match(step?.id ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual([step?.contextName, step?.reference], ['paint', { type: 'script' }])
})

test("a job's GITHUB_TOKEN speaks for it while it runs, and for nobody before or after", async t => {
  const hub = await openTestHub(t)
  const run = await hub.startRun(
    'permissions: { contents: read }\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n',
  )
  const runner = await hub.runner('r', ['x'])
  const job = await runner.takeJob()
  const token = job.githubToken
  const identity = { jobId: job.message.requestId, runId: run.id, permissions: { contents: 'read' } }
  assert.deepEqual(hub.engine.authenticateJobToken(token), identity)
  assert.equal(hub.engine.authenticateJobToken(`${token.slice(0, -1)}!`), null)
  assert.equal(
    hub.engine.authenticateJobToken(job.token),
    null,
    'the runtime token is for the results service',
  )
  await hub.restart()
  assert.deepEqual(hub.engine.authenticateJobToken(token), identity, 'the key outlasts a restart')
  await job.complete('succeeded')
  assert.equal(hub.engine.authenticateJobToken(token), null)
  assert.equal((await stat(join(hub.stateDir, 'signing.key'))).mode & 0o777, 0o600)
})
