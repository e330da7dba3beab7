import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestHub, type TestHub } from '../../../test/support/engine-hub.ts'
import { classifyFailure } from '../../model/classify.ts'
import type { FailureClass } from '../../model/failure.ts'

const oneJob = 'jobs:\n  a:\n    runs-on: x\n    timeout-minutes: 60\n    steps:\n      - run: echo\n'

test('a runner that renews only each minute but holds its poll is never lost', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('official', ['x'])
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  const poll = runner.poll({ busy: true })
  await hub.polled()
  for (let minute = 0; minute < 10; minute += 1) {
    assert.equal((await job.renew()).status, 200)
    hub.pass(60)
  }
  assert.equal((await job.complete('succeeded')).status, 200)
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'success')
  await runner.closeSession()
  await poll
})

test('a runner that only uses its job token is not lost either', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  for (let n = 0; n < 10; n += 1) {
    hub.pass(29)
    await job.renew()
  }
  assert.equal(hub.engine.reader.getRun(run.id)?.status, 'in_progress')
})

test('a runner that neither polls nor calls for the lease is lost, and its job ends once, as a failure that says so', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  const steps = [{ external_id: 's1', number: 1, name: 'Set up job', status: 6, conclusion: 2 }]
  const running = { external_id: 's2', number: 2, name: 'Run echo', status: 3, conclusion: 0 }
  await job.twirp('github.actions.results.api.v1.WorkflowStepUpdateService', 'WorkflowStepsUpdate', {
    change_order: 1,
    steps: [...steps, running],
  })
  const poll = runner.poll({ busy: true })
  await hub.polled()
  hub.pass(120)
  await runner.closeSession()
  await poll
  hub.pass(29)
  assert.equal(hub.engine.reader.getRun(run.id)?.status, 'in_progress')
  hub.pass(1)
  assert.deepEqual(ends(hub, run.id), ['failure', 'failure'])
  const { id } = onlyJob(hub, run.id)
  const [annotation, ...others] = hub.engine.reader.listAnnotations(id)
  assert.equal(annotation?.level, 'failure')
  assert.match(annotation?.message ?? '', /^The self-hosted runner lost communication with the server/)
  assert.equal(others.length, 0)
  assert.equal(classOf(hub, run.id), 'lost_runner')
  assert.deepEqual(
    hub.engine.reader.listSteps(id).map(step => [step.status, step.conclusion]),
    [
      ['completed', 'success'],
      ['completed', 'failure'],
    ],
  )
  const late = await job.complete('succeeded')
  assert.deepEqual([late.status, (late.body as { source: string }).source], [404, 'actions-run-service'])
  assert.equal((await job.renew()).status, 404)
  hub.pass(60)
  assert.equal(hub.transitions(run.id, 'completed'), 2, 'the job once, the run once')
})

test('a listener that was restarted does not keep alive the job its predecessor had', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(oneJob)
  await runner.takeJob()
  const successor = runner.twin()
  assert.equal((await successor.openSession('r (PID: 2)')).status, 200)
  const poll = successor.poll()
  await hub.polled()
  await hub.startRun(oneJob)
  hub.pass(30)
  assert.deepEqual(ends(hub, run.id), ['failure', 'failure'])
  assert.equal((await poll).status, 200, 'and is offered the next one then')
})

test('a job past its timeout-minutes is told to stop and ends as cancelled, with the reason', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(oneJob.replace('60', '2'))
  const job = await runner.takeJob()
  const poll = runner.poll({ busy: true })
  await hub.polled()
  hub.pass(120)
  assert.match(JSON.stringify((await poll).body), /JobCancellation/)
  await job.complete('failed')
  assert.deepEqual(ends(hub, run.id), ['cancelled', 'cancelled'])
  const [annotation] = hub.engine.reader.listAnnotations(onlyJob(hub, run.id).id)
  assert.equal(annotation?.message, 'The job has exceeded the maximum execution time of 2m0s')
  assert.equal(classOf(hub, run.id), 'timeout')
})

test('a worker that never answers a cancellation is given five minutes and a grace', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  hub.engine.cancelRun(run.id)
  for (let seconds = 0; seconds < 329; seconds += 7) {
    hub.pass(7)
    await job.renew()
  }
  assert.deepEqual(ends(hub, run.id), ['in_progress', 'in_progress'])
  hub.pass(1)
  assert.deepEqual(ends(hub, run.id), ['cancelled', 'cancelled'])
  assert.equal(classOf(hub, run.id), 'cancelled')
})

test('a job that no runner takes for 24 hours is cancelled', async t => {
  const hub = await openTestHub(t)
  const run = await hub.startRun(oneJob)
  hub.pass(24 * 3600 - 60, 60)
  assert.deepEqual(ends(hub, run.id), ['queued', 'queued'])
  hub.pass(60, 60)
  assert.deepEqual(ends(hub, run.id), ['cancelled', 'cancelled'])
  assert.equal(classOf(hub, run.id), 'lost_runner')
})

function onlyJob(hub: TestHub, runId: number) {
  const [job] = hub.engine.reader.listJobs(runId, { page: 1, perPage: 1 }).items
  assert.ok(job)
  return job
}

/** Of the job and of its run: the conclusion, or the status while there is none. */
function ends(hub: TestHub, runId: number): (string | undefined)[] {
  const [job, run] = [onlyJob(hub, runId), hub.engine.reader.getRun(runId)]
  return [job.conclusion ?? job.status, run?.conclusion ?? run?.status]
}

/** What those who read the hub's words make of them. */
function classOf(hub: TestHub, runId: number): FailureClass {
  const { id, conclusion } = onlyJob(hub, runId)
  const annotations = hub.engine.reader.listAnnotations(id)
  return classifyFailure({ conclusion, annotations, failedStep: null, errorCode: null, exitCode: null })
}
