import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'

describe('reconcile', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('follows a run from the queue over a runner to its end', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    const running = await bench.queue.reconcile(job)
    assert.equal(running.state, 'running')
    bench.broker.finish(1, 'success')
    const done = await bench.queue.reconcile(running)
    assert.deepEqual([done.state, done.reason], ['succeeded', null])
    const { attempts, events } = await viewOf(bench, job.id)
    assert.deepEqual([attempts[0]?.state, attempts[0]?.runnerName], ['succeeded', 'macmini'])
    const finals = events.filter(event => event.type === 'job.succeeded')
    assert.equal(finals.length, 1)
  })

  it('takes the times of what happened from the broker, in their order and never from the future', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    bench.broker.finish(1, 'success')
    const stored = bench.broker.runs.get(1)
    assert.ok(stored)
    const at = (second: string) => `2026-01-01T00:00:${second}Z`
    stored.job = { ...stored.job, startedAt: at('10'), completedAt: at('25') }
    bench.advance(20_000)
    await bench.queue.reconcile(job)
    const { attempts, events, job: ended } = await viewOf(bench, job.id)
    const times = [attempts[0]?.startedAt, attempts[0]?.finishedAt, ended.finishedAt]
    assert.deepEqual(times, [at('10.000'), at('20.000'), at('20.000')])
    assert.equal(events.find(({ type }) => type === 'job.running')?.at, at('10.000'))
    const seen = events.map(event => event.at)
    assert.deepEqual(seen, seen.toSorted())
  })

  it('calls a run that was cancelled elsewhere cancelled', async () => {
    const job = await submitted(bench)
    bench.broker.finish(1, 'cancelled')
    const ended = await bench.queue.reconcile(job)
    assert.equal(ended.state, 'cancelled')
    assert.equal(ended.reason, 'its machine was stopped, or the run was cancelled at the broker')
  })

  it('gives up a run that stays away, not one that is not readable yet', async () => {
    const job = await submitted(bench)
    bench.broker.runs.clear()
    assert.equal((await bench.queue.reconcile(job)).state, 'queued')
    bench.advance(120_000)
    const ended = await bench.queue.reconcile(job)
    assert.deepEqual([ended.state, ended.reason], ['failed', 'run 1 no longer exists at the broker'])
  })

  it('never leaves a final state', async () => {
    const job = await submitted(bench)
    bench.broker.finish(1, 'success')
    const done = await bench.queue.reconcile(job)
    bench.broker.finish(1, 'failure')
    assert.equal((await bench.queue.reconcile(done)).state, 'succeeded')
    assert.equal((await bench.queue.reconcile(job)).state, 'succeeded')
  })

  it('does not blame the wait on the runner that takes this very job', async () => {
    const job = await submitted(bench)
    const { broker } = bench
    const listRunners = broker.listRunners.bind(broker)
    broker.listRunners = async () => {
      broker.start(1, 'macmini')
      broker.runners = broker.runners.map(runner => ({ ...runner, busy: runner.name === 'macmini' }))
      return listRunners()
    }
    const { events } = await viewOf(bench, job.id)
    assert.deepEqual(
      events.filter(({ type }) => type === 'reason'),
      [],
    )
  })

  it('does not say of a job that runs why it waited', async () => {
    const job = await submitted(bench)
    const supervision = bench.supervision('s')
    const [waiting] = supervision.active()
    assert.ok(waiting)
    bench.broker.start(1, 'macmini')
    await bench.queue.reconcile(job)
    supervision.explainWait(waiting, bench.broker.runners)
    const { state, reason } = bench.ledger.getJob(job.id) ?? {}
    assert.deepEqual([state, reason], ['running', null])
  })

  it('says why a job waits and since when', async () => {
    bench.broker.runners = []
    bench.broker.addRunner('macmini', ['macmini'], { status: 'offline' })
    const job = await submitted(bench)
    const { waiting, decision } = await viewOf(bench, job.id)
    assert.equal(decision?.outcome, 'waiting')
    assert.deepEqual(waiting, {
      reason: 'waiting for a runner with label macmini: macmini offline',
      since: job.createdAt,
      ahead: 0,
    })
    bench.broker.start(1, 'macmini')
    const taken = await viewOf(bench, job.id)
    assert.deepEqual([taken.waiting, taken.job.reason], [null, null])
  })
})
