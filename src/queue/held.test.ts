import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted, exampleUrl as url } from '../../test/support/queue-bench.ts'

// A bench begins at midnight UTC.
const nightly = `routes:
  transcribe:
    prefer: [macmini]
    hours: {from: "02:00", to: "05:00"}
`

describe('a job outside the hours of its route', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench(nightly)
  })
  afterEach(() => bench.close())

  it('stays pending with the reason, and is sent once they begin', async () => {
    const job = await submitted(bench)
    assert.deepEqual([job.state, job.reason], ['pending', 'Held: outside hours until 02:00 (UTC).'])
    await bench.queue.reconcile(job)
    assert.equal(bench.broker.dispatches.length, 0)
    bench.advance(2 * 3_600_000)
    assert.equal((await bench.queue.reconcile(job)).state, 'queued')
    assert.equal(bench.broker.dispatches[0]?.inputs['runs_on'], '["self-hosted","macmini"]')
  })

  it('is waited for through the hours, with a look at the policy now and then', async t => {
    const job = await submitted(bench)
    const listRunners = t.mock.method(bench.broker, 'listRunners')
    bench.onSleep(() => {
      if (bench.broker.dispatches.length > 0) bench.broker.finish(1, 'success')
    })
    const outcome = await bench.queue.wait(job.id)
    assert.equal(outcome.kind, 'finished')
    assert.ok(bench.sleptMs() >= 2 * 3_600_000, String(bench.sleptMs()))
    assert.ok(listRunners.mock.callCount() <= 30, String(listRunners.mock.callCount()))
  })

  it('is held where it is pinned as well: a pin says where, not when', async () => {
    const job = await submitted(bench, { pin: 'rpi4' })
    assert.equal(job.state, 'pending')
  })

  it('is not kept when it was dispatched plainly, and the refusal names both ways out', async () => {
    const dispatch = { workflow: 'transcribe_audio.yml', inputs: { url }, route: true }
    await assert.rejects(bench.queue.dispatchWorkflow(dispatch), {
      code: 'invalid_input',
      message: /outside hours until 02:00/,
      hint: /relayq submit transcribe keeps it.*--no-route/,
    })
    assert.equal(bench.broker.dispatches.length, 0)
  })
})
