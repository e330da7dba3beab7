import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'

describe('cancel', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('ends a queued job through the broker, and again changes nothing', async () => {
    const job = await submitted(bench)
    assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
    assert.equal((await bench.queue.cancel(job.id)).kind, 'already_finished')
    assert.equal((await viewOf(bench, job.id)).job.reason, 'on request')
  })

  it('ends a job that never left without the broker', async () => {
    bench.broker.isDown = true
    await assert.rejects(submitted(bench))
    const [kept] = bench.queue.list()
    assert.equal((await bench.queue.cancel(kept?.id ?? '')).kind, 'cancelled')
  })

  it('ends the run of a dispatch that is on its way while its job is cancelled', async () => {
    bench.broker.staleLookups = 1
    bench.broker.beforeAnswer = () => bench.queue.cancel(bench.queue.list()[0]?.id ?? '')
    const job = await submitted(bench)
    assert.equal(job.state, 'cancelled')
    assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
  })

  it('finds and ends the run of a dispatch that was never answered', async () => {
    bench.broker.faults.push('lose_answer_after')
    bench.broker.staleLookups = 5
    const job = await submitted(bench)
    assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
    assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
  })
})
