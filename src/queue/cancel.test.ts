import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'

const lost = 'The self-hosted runner lost communication with the server.'

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
    const kept = await submitted(bench)
    assert.equal((await bench.queue.cancel(kept.id)).kind, 'cancelled')
  })

  it('ends a job between two attempts without beginning another', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    bench.broker.finish(1, 'failure', [{ level: 'failure', title: null, message: lost }])
    assert.equal((await bench.queue.reconcile(job)).state, 'pending')
    bench.advance(60_000)
    assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('ends the run of a dispatch that is on its way while its job is cancelled', async () => {
    bench.broker.staleLookups = 1
    bench.broker.beforeAnswer = () => bench.queue.cancel(bench.queue.list()[0]?.id ?? '')
    const job = await submitted(bench)
    assert.equal(job.state, 'cancelled')
    assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
  })

  it('ends the run that another process learns of while the list does not show it yet', async () => {
    bench.broker.faults.push('lose_answer_after')
    bench.broker.staleLookups = 5
    const job = await submitted(bench)
    const findRun = bench.broker.findRun.bind(bench.broker)
    bench.broker.findRun = async () => {
      bench.broker.findRun = findRun
      assert.equal((await bench.queue.reconcile(job)).state, 'queued')
      return null
    }
    assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
    assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
  })

  it('ends in time the run whose sender died before it was known, or sent it twice, and none that was started anew', async () => {
    bench.broker.staleLookups = 1
    bench.broker.beforeAnswer = async () => {
      throw new Error('killed')
    }
    await assert.rejects(submitted(bench), { message: 'killed' })
    const [job] = bench.queue.list()
    assert.equal((await bench.queue.cancel(job?.id ?? '')).kind, 'cancelled')
    bench.broker.beforeAnswer = async () => undefined
    const known = await submitted(bench, { isNew: true })
    await bench.queue.cancel(known.id)
    bench.broker.start(2, 'macmini')
    const [, twice] = bench.broker.dispatches
    assert.ok(twice)
    bench.broker.addRun(twice)
    assert.deepEqual(await bench.supervision('s').adopt(), [])
    const states = [...bench.broker.runs.values()].map(({ run }) => run.status)
    assert.deepEqual(states, ['completed', 'in_progress', 'completed'])
  })

  it('of a run that was forgotten and cannot be ended is tried again, and keeps no other run from being adopted', async () => {
    const job = await submitted(bench)
    await bench.queue.cancel(job.id)
    const [twice] = bench.broker.dispatches
    assert.ok(twice)
    bench.broker.addRun(twice)
    bench.broker.addRun({ ...twice, inputs: {} })
    const cancelRun = bench.broker.cancelRun.bind(bench.broker)
    bench.broker.cancelRun = async () => {
      throw new RelayError('broker_rejected', 'it answered 422')
    }
    assert.equal((await bench.supervision('s').adopt()).length, 1)
    await bench.supervision('s').adopt()
    const events = bench.ledger.listEvents(job.id).filter(({ type }) => type === 'run_not_cancelled')
    assert.deepEqual(
      events.map(({ detail }) => detail),
      [{ run: 2, message: 'it answered 422' }],
    )
    bench.broker.cancelRun = cancelRun
    await bench.supervision('s').adopt()
    assert.equal(bench.broker.runs.get(2)?.run.conclusion, 'cancelled')
  })

  it('holds also where the run leaves the work to another of the job', async () => {
    const job = await submitted(bench)
    const [request] = bench.broker.dispatches
    assert.ok(request)
    bench.broker.addRun(request)
    bench.broker.start(2, 'rpi4')
    bench.broker.stubborn.add(1)
    assert.equal((await bench.queue.cancel(job.id)).kind, 'requested')
    const error = { code: 'superseded', message: 'Superseded by run 2.', hint: null }
    await bench.finishWithResult(1, 'macmini', {}, {}, error)
    await bench.queue.reconcile(job)
    assert.equal((await bench.queue.reconcile(job)).state, 'cancelled')
    assert.equal(bench.broker.runs.get(2)?.run.conclusion, 'cancelled')
  })

  it('holds also where the run failed before it was told to end', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    bench.broker.finish(1, 'failure', [{ level: 'failure', title: null, message: lost }])
    assert.equal((await bench.queue.cancel(job.id)).kind, 'already_finished')
    bench.advance(60_000)
    assert.equal((await bench.queue.reconcile(job)).state, 'failed')
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('holds also where the run will not end, and is left behind', async () => {
    const job = await submitted(bench)
    bench.broker.stubborn.add(1)
    bench.broker.start(1, 'macmini')
    await bench.queue.reconcile(job)
    const supervision = bench.supervision('s')
    const [attempt] = bench.ledger.listAttempts(job.id)
    assert.ok(attempt)
    await supervision.giveUp(job, attempt, { because: 'lost', reason: 'macmini is away' })
    assert.equal((await bench.queue.cancel(job.id)).kind, 'requested')
    supervision.leaveBehind(attempt)
    assert.equal((await bench.queue.reconcile(job)).state, 'cancelled')
  })

  it('finds and ends the run of a dispatch that was never answered', async () => {
    bench.broker.faults.push('lose_answer_after')
    bench.broker.staleLookups = 5
    const job = await submitted(bench)
    assert.equal((await bench.queue.cancel(job.id)).kind, 'cancelled')
    assert.equal(bench.broker.runs.get(1)?.run.conclusion, 'cancelled')
  })
})
