import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTestHub, type TestHub } from '../../../test/support/engine-hub.ts'
import { reportStep, uploadArtifact, uploadStepLog } from '../../../test/support/reported-job.ts'
import type { JobRecord } from '../store/records.ts'

const step = '    runs-on: x\n    steps:\n      - run: echo\n'
const page = { page: 1, perPage: 100 }
const quiet = { debugLogging: false }

function jobs(hub: TestHub, runId: number, attempt?: number | 'all'): readonly JobRecord[] {
  return hub.engine.reader.listJobs(runId, page, attempt).items
}

/** `name state attempt` of each job, as an attempt shows them. */
function states(hub: TestHub, runId: number, attempt?: number | 'all'): readonly string[] {
  return jobs(hub, runId, attempt)
    .map(job => `${job.name} ${job.conclusion ?? job.status} ${job.runAttempt}`)
    .sort()
}

function attempts(hub: TestHub, runId: number, count: number): readonly (string | null | undefined)[] {
  return Array.from(
    { length: count },
    (_, index) => hub.engine.reader.getRunAttempt(runId, index + 1)?.conclusion,
  )
}

test('a rerun of failed jobs keeps the others, their outputs included, and runs what needs the failed ones', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(
    `jobs:\n  a:\n    outputs: { colour: x }\n${step}  b:\n    needs: a\n${step}  c:\n    needs: b\n${step}  d:\n${step}`,
  )
  await (await runner.takeJob()).complete('succeeded', { outputs: { colour: { value: 'red' } } })
  await (await runner.takeJob()).complete('succeeded')
  await (await runner.takeJob()).complete('failed')
  assert.deepEqual(states(hub, run.id), ['a success 1', 'b failure 1', 'c skipped 1', 'd success 1'])

  assert.equal(hub.engine.rerun(run.id, { kind: 'failed' }, quiet), 'accepted')
  assert.equal(hub.engine.rerun(run.id, { kind: 'failed' }, quiet), 'still_running')
  await hub.restart()
  const again = await runner.takeJob()
  assert.match(JSON.stringify(again.message.contextData['needs']), /"red"/)
  assert.match(JSON.stringify(again.message.contextData['github']), /"run_attempt","v":"2"/)
  await again.complete('succeeded')
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(states(hub, run.id), ['a success 1', 'b success 2', 'c success 2', 'd success 1'])
  assert.deepEqual(states(hub, run.id, 1), ['a success 1', 'b failure 1', 'c skipped 1', 'd success 1'])
  assert.equal(jobs(hub, run.id, 'all').length, 6)
  assert.deepEqual(attempts(hub, run.id, 3), ['failure', 'success', undefined])
  assert.equal(hub.engine.rerun(run.id, { kind: 'failed' }, quiet), 'nothing_failed')
  assert.equal(hub.transitions(run.id, 'completed'), 8)
})

test('of a matrix only the instances that failed are run again, and a sibling that stays failed does not end them', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(
    `jobs:\n  m:\n    strategy: { fail-fast: false, matrix: { n: [1, 2, 3] } }\n${step}  after:\n    needs: m\n${step}`,
  )
  for (const result of ['failed', 'succeeded', 'failed'] as const) {
    await (await runner.takeJob()).complete(result)
  }
  const [first] = jobs(hub, run.id)
  assert.equal(
    hub.engine.rerun(run.id, { kind: 'job', jobId: first?.id ?? 0 }, { debugLogging: true }),
    'accepted',
  )
  const again = await runner.takeJob()
  assert.equal(again.message.variables['ACTIONS_STEP_DEBUG']?.value, 'true')
  await again.complete('succeeded')
  assert.deepEqual(states(hub, run.id), [
    'after skipped 2',
    'm (1) success 2',
    'm (2) success 1',
    'm (3) failure 1',
  ])
  assert.equal(hub.engine.rerun(run.id, { kind: 'job', jobId: first?.id ?? 0 }, quiet), 'earlier_attempt')
  assert.equal(hub.engine.rerun(run.id, { kind: 'failed' }, quiet), 'accepted')
  await (await runner.takeJob()).complete('succeeded')
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(attempts(hub, run.id, 3), ['failure', 'failure', 'success'])
})

test('a run is run again as a whole, in its concurrency group, also after it was cancelled', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const yaml = `concurrency: g\njobs:\n  a:\n${step}`
  const first = await hub.startRun(yaml)
  hub.engine.cancelRun(first.id)
  const second = await hub.startRun(yaml)
  assert.equal(hub.engine.rerun(first.id, { kind: 'all' }, quiet), 'accepted')
  assert.equal(hub.engine.reader.getRun(first.id)?.status, 'pending')
  await (await runner.takeJob()).complete('succeeded')
  assert.equal(hub.engine.reader.getRun(second.id)?.conclusion, 'success')
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(attempts(hub, first.id, 2), ['cancelled', 'success'])
})

test('a rerun that has planned part of a matrix and waits for its group can be cancelled', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const group = 'concurrency: g\n'
  const run = await hub.startRun(
    `${group}jobs:\n  m:\n    strategy: { fail-fast: false, matrix: { n: [1, 2] } }\n${step}`,
  )
  await (await runner.takeJob()).complete('failed')
  await (await runner.takeJob()).complete('succeeded')
  await hub.startRun(`${group}jobs:\n  a:\n${step}`)
  hub.engine.rerun(run.id, { kind: 'failed' }, quiet)
  assert.deepEqual(states(hub, run.id), ['m (1) waiting 2', 'm (2) success 1'])
  assert.equal(hub.engine.cancelRun(run.id), 'accepted')
  assert.deepEqual(states(hub, run.id), ['m (1) cancelled 2', 'm (2) success 1'])
  assert.deepEqual(attempts(hub, run.id, 2), ['failure', 'cancelled'])
})

test('a run is refused another attempt when it is too old or was run too often', async t => {
  const hub = await openTestHub(t)
  const run = await hub.startRun(`jobs:\n  a:\n${step}`)
  for (let attempt = 1; attempt <= 51; attempt += 1) {
    hub.engine.cancelRun(run.id)
    const outcome = hub.engine.rerun(run.id, { kind: 'all' }, quiet)
    assert.equal(outcome, attempt <= 50 ? 'accepted' : 'too_often')
  }
  const other = await hub.startRun(`jobs:\n  a:\n${step}`)
  hub.engine.cancelRun(other.id)
  hub.pass(31 * 24 * 3600, 24 * 3600)
  assert.equal(hub.engine.rerun(other.id, { kind: 'all' }, quiet), 'too_old')
  assert.equal(hub.engine.rerun(99, { kind: 'all' }, quiet), 'not_found')
})

test('a forced cancellation ends every job at once, and a late word of the worker changes nothing', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(`jobs:\n  a:\n${step}  b:\n    needs: a\n    if: always()\n${step}`)
  const job = await runner.takeJob()
  assert.equal(hub.engine.cancelRun(run.id), 'accepted')
  assert.equal(hub.engine.reader.getRun(run.id)?.status, 'in_progress')
  assert.equal(hub.engine.forceCancelRun(run.id), 'accepted')
  assert.deepEqual(states(hub, run.id), ['a cancelled 1', 'b cancelled 1'])
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'cancelled')
  const { body } = await runner.poll({ busy: true })
  assert.match(JSON.stringify(body), new RegExp(`JobCancellation.*${job.message.jobId}`))
  assert.equal((await job.complete('succeeded')).status, 404)
  assert.equal(hub.engine.forceCancelRun(run.id), 'already_finished')
  assert.equal(hub.transitions(run.id, 'completed'), 3)
})

test('a deleted run is gone with its attempts, jobs and files, and its number is not given again', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(`jobs:\n  a:\n${step}`)
  const [job] = jobs(hub, run.id)
  assert.equal(hub.engine.deleteRun(run.id), 'not_finished')
  for (const attempt of ['first', 'second']) {
    const taken = await runner.takeJob()
    await reportStep(taken, { id: 's1', name: 'Say', status: 6, conclusion: 2 })
    await uploadStepLog(taken, 's1', `${attempt}\n`)
    await uploadArtifact(taken, 'result', Buffer.from(attempt))
    await taken.complete('succeeded')
    if (attempt === 'first') hub.engine.rerun(run.id, { kind: 'all' }, quiet)
  }
  const files = () => readdirSync(join(hub.stateDir, 'blobs/whole'))
  assert.equal(files().length, 4)
  assert.equal(hub.engine.deleteRun(run.id), 'deleted')
  assert.equal(hub.engine.deleteRun(run.id), 'not_found')
  assert.equal(hub.engine.reader.getRun(run.id), null)
  assert.equal(hub.engine.reader.getJob(job?.id ?? 0), null)
  assert.equal(hub.engine.reader.listArtifacts({}, page).totalCount, 0)
  assert.deepEqual(files(), [])
  assert.equal((await hub.startRun(`jobs:\n  a:\n${step}`)).runNumber, 2)
})
