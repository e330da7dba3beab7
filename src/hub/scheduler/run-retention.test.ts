import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openTestHub, type TestHub } from '../../../test/support/engine-hub.ts'
import type { TestRunner } from '../../../test/support/protocol-runner.ts'
import { reportStep, uploadStepLog } from '../../../test/support/reported-job.ts'

const oneJob = 'jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n'
const day = 86_400

/** The id of a run that is over and has a log. */
async function finishedRun(hub: TestHub, runner: TestRunner): Promise<number> {
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  await reportStep(job, { id: 's1', name: 'Say', status: 6, conclusion: 2 })
  await uploadStepLog(job, 's1', 'said\n')
  await job.complete('succeeded')
  return run.id
}

function logFiles(hub: TestHub): number {
  return readdirSync(join(hub.stateDir, 'blobs/whole')).length
}

test('a run loses its logs after 90 days and goes after 400; those that are newer stay, also beside many older ones', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const many = 60
  for (let count = 0; count < many; count += 1) await finishedRun(hub, runner)
  hub.pass(80 * day, day)
  const newer = await finishedRun(hub, runner)
  const waiting = await hub.startRun(oneJob)
  hub.pass(9 * day, day)
  assert.equal(logFiles(hub), many + 1)

  hub.pass(2 * day, day)
  hub.pass(2)
  assert.equal(logFiles(hub), 1)
  assert.equal(hub.engine.reader.hasLogs(newer), true)
  const { items, totalCount } = hub.engine.reader.listRuns({}, { page: 1, perPage: 1 })
  assert.deepEqual([totalCount, items[0]?.id], [many + 2, waiting.id])

  hub.pass(310 * day, day)
  hub.pass(2)
  assert.equal(hub.engine.reader.listRuns({}, { page: 1, perPage: 1 }).totalCount, 2)
  assert.notEqual(hub.engine.reader.getRun(newer), null)
  assert.equal(logFiles(hub), 0)
})

test('a run that is done again has its time anew', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const id = await finishedRun(hub, runner)
  hub.pass(29 * day, day)
  hub.engine.rerun(id, { kind: 'all' }, { debugLogging: false })
  await (await runner.takeJob()).complete('succeeded')
  hub.pass(399 * day, day)
  assert.equal(hub.engine.reader.getRun(id)?.runAttempt, 2)
})
