import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, exampleUrl as url } from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'

describe('a dispatch whose answer is lost', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('is looked up by name, through stale lists, and not sent again', async () => {
    bench.broker.faults.push('lose_answer_after')
    bench.broker.staleLookups = 3
    const job = await submitted(bench)
    assert.equal(job.state, 'queued')
    assert.equal(bench.broker.dispatches.length, 1)
    assert.equal(bench.broker.lookups, 4)
  })

  it('is looked up when the broker accepts it without naming the run', async () => {
    bench.broker.faults.push('no_run_id')
    assert.equal((await submitted(bench)).state, 'queued')
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('stays pending while its run does not show up, and is sent again only after the settle time', async () => {
    bench.broker.faults.push('fail_before')
    const job = await submitted(bench)
    assert.equal(job.state, 'pending')
    assert.match(job.reason ?? '', /not yet confirmed: 502/)
    bench.advance(60_000)
    assert.equal((await bench.queue.reconcile(job)).state, 'pending')
    assert.equal(bench.broker.dispatches.length, 0)
    bench.advance(60_000)
    const sent = await bench.queue.reconcile(job)
    assert.deepEqual([sent.state, sent.reason], ['queued', null])
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('is sent again by one process also when the first one learns late that it never arrived', async () => {
    const { broker, queue } = bench
    const dispatch = broker.dispatch.bind(broker)
    const isSentAgain = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<void>()
    const others: Promise<LedgerJob>[] = []
    broker.dispatch = async () => {
      broker.dispatch = async request => {
        broker.dispatch = dispatch
        isSentAgain.resolve()
        await answer.promise
        return dispatch(request)
      }
      bench.advance(120_000)
      const [job] = queue.list()
      if (job) others.push(queue.reconcile(job))
      await isSentAgain.promise
      throw new RelayError('broker_unreachable', 'no route')
    }
    const job = await submitted(bench)
    assert.equal((await queue.reconcile(job)).state, 'pending')
    answer.resolve()
    assert.equal((await others[0])?.state, 'queued')
    assert.equal(broker.dispatches.length, 1)
  })

  it('is found late, before it would be sent again', async () => {
    bench.broker.faults.push('lose_answer_after')
    bench.broker.staleLookups = 5
    const job = await submitted(bench)
    assert.equal(job.state, 'pending')
    bench.advance(300_000)
    assert.equal((await bench.queue.reconcile(job)).state, 'queued')
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('is not taken for a run started elsewhere while it is on its way without relayq_id', async () => {
    bench.broker.workflows.set('transcribe_audio.yml', { required: ['url'], optional: [] })
    bench.broker.beforeAnswer = () => bench.queue.adopt()
    const job = await submitted(bench)
    assert.deepEqual(
      bench.queue.list().map(({ id, state }) => [id, state]),
      [[job.id, 'queued']],
    )
  })

  it('is never sent again where the workflow takes no relayq_id: the job fails with that reason', async () => {
    bench.broker.workflows.set('transcribe_audio.yml', { required: ['url'], optional: [] })
    bench.broker.loseAnswerOfAccepted = true
    const job = await submitted(bench)
    assert.equal(job.state, 'pending')
    bench.advance(120_000)
    const ended = await bench.queue.reconcile(job)
    assert.equal(ended.state, 'failed')
    assert.match(ended.reason ?? '', /takes no relayq_id/)
    assert.equal(bench.broker.dispatches.length, 1)
  })
})

describe('an unreachable broker', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('is no error of a submit: the job is kept, and the same submit goes on with it', async () => {
    bench.broker.isDown = true
    const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { url } })
    assert.match((outcome.kind === 'created' && outcome.unsent?.reason) || '', /cannot be reached/)
    const [kept] = bench.queue.list()
    assert.deepEqual([kept?.state, kept?.reason], ['pending', 'http://memory.test cannot be reached'])
    assert.ok(kept)
    bench.broker.isDown = false
    const again = await bench.queue.submit({ kind: 'transcribe', inputs: { url } })
    assert.deepEqual(
      [again.kind === 'duplicate' && again.job.id, again.kind === 'duplicate' && again.job.state],
      [kept.id, 'queued'],
    )
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('lets a dispatch that never arrived be sent again at once', async () => {
    bench.broker.faults.push('unreachable')
    assert.equal((await submitted(bench)).state, 'pending')
    const [kept] = bench.queue.list()
    assert.ok(kept)
    assert.equal((await bench.queue.reconcile(kept)).state, 'queued')
    assert.equal(bench.broker.dispatches.length, 1)
  })

  it('ends the job when the token will never do', async () => {
    bench.broker.faults.push('not_authorized')
    await assert.rejects(submitted(bench), { code: 'not_authorized', exitCode: 4 })
    assert.deepEqual(
      bench.queue.list().map(job => job.state),
      ['failed'],
    )
  })
})
