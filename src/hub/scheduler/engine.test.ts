import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestHub } from '../../../test/support/engine-hub.ts'

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
