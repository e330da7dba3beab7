import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'

describe('an id', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('may be a job, an attempt, a run or its URL', async () => {
    const job = await submitted(bench)
    const runUrl = 'http://memory.test/octo/queue/actions/runs/1'
    for (const id of [job.id, `${job.id}.1`, '1', runUrl, `${runUrl}/job/7`]) {
      assert.equal((await viewOf(bench, id)).job.id, job.id)
    }
    for (const id of ['jabsent', '99', '../etc', '']) {
      await assert.rejects(bench.queue.view(id), { code: 'job_not_found' })
    }
  })

  it('is not taken for ours when it is the page of another server’s or repository’s run', async () => {
    await submitted(bench)
    bench.broker.addRun({ workflow: 'plain.yml', ref: 'main', inputs: {} })
    for (const id of ['1', '2']) {
      assert.ok(await bench.queue.view(`http://memory.test/Octo/Queue/actions/runs/${id}?pr=1#step:2`))
      for (const repository of ['http://memory.test/octo/other', 'http://memory.test:81/octo/queue']) {
        await assert.rejects(bench.queue.cancel(`${repository}/actions/runs/${id}`), {
          code: 'job_not_found',
          message: `${repository}/actions/runs/${id} is not a run of octo/queue in memory.`,
        })
      }
    }
  })

  it('may be a run nobody submitted here', async () => {
    bench.broker.addRun({ workflow: 'plain.yml', ref: 'main', inputs: {} })
    bench.broker.start(1, 'rpi4')
    bench.broker.setLog(1, '2026-01-01T00:00:00.0000000Z hello\n')
    assert.equal((await bench.queue.view('1')).kind, 'run')
    assert.match((await bench.queue.logs('1'))[0]?.text ?? '', /hello/)
    assert.equal((await bench.queue.cancel('1')).kind, 'requested')
    const { kind, subject } = await bench.queue.wait('1')
    assert.deepEqual([kind, subject.kind === 'run' && subject.run.conclusion], ['finished', 'cancelled'])
  })
})
