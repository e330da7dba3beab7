import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Bench, openBench, submitted, exampleUrl as url } from '../../test/support/queue-bench.ts'

async function open(t: TestContext): Promise<Bench> {
  const bench = await openBench()
  t.after(() => bench.close())
  return bench
}

/** Its input is at fault: it is not tried again by itself. */
async function fail(bench: Bench, runId: number, id: string): Promise<void> {
  const error = { code: 'not_media', message: 'no audio', hint: null }
  await bench.finishWithResult(runId, 'macmini', {}, {}, error)
  const job = bench.ledger.getJob(id)
  assert.ok(job)
  assert.equal((await bench.queue.reconcile(job)).failure, 'bad_input')
}

test('A dead job that is retried goes out anew, and one that is not dead stays as it is', async t => {
  const bench = await open(t)
  const job = await submitted(bench)
  assert.equal((await bench.queue.retry(job.id)).kind, 'not_dead')
  await fail(bench, 1, job.id)
  const outcome = await bench.queue.retry(job.id)
  assert.equal(outcome.kind, 'retried')
  assert.deepEqual([outcome.unsent, outcome.job.state, outcome.job.failure], [null, 'queued', null])
  assert.equal(bench.broker.dispatches[1]?.inputs['relayq_id'], `${job.id}.2`)
})

test('A dead job whose work was submitted anew is not retried', async t => {
  const bench = await open(t)
  const job = await submitted(bench)
  await fail(bench, 1, job.id)
  const again = await submitted(bench)
  const outcome = await bench.queue.retry(job.id)
  assert.equal(outcome.kind === 'replaced' && outcome.by.id, again.id)
})

test('A retry is left to the supervisor where there is one, and kept while the broker is away', async t => {
  const bench = await open(t)
  const job = await submitted(bench)
  await fail(bench, 1, job.id)
  bench.broker.isDown = true
  const kept = await bench.queue.retry(job.id)
  assert.match((kept.kind === 'retried' && kept.unsent?.reason) || '', /cannot be reached/)
  bench.broker.isDown = false
  const other = await submitted(bench, { inputs: { url: `${url}?2` } })
  await fail(bench, 2, other.id)
  bench.supervision('one').takeLease(60_000)
  const left = await bench.queue.retry(other.id)
  assert.equal(left.kind === 'retried' && left.unsent?.supervised, true)
  assert.equal(bench.broker.dispatches.length, 2)
})

test('A job that a supervisor is to send, and no machine to take, says that it waits for one', async t => {
  const bench = await open(t)
  bench.supervision('one').takeLease(60_000)
  const reasonOf = async (number: number) => {
    const outcome = await bench.queue.submit({ kind: 'transcribe', inputs: { url: `${url}?${number}` } })
    return (outcome.kind === 'created' && outcome.unsent?.reason) || ''
  }
  assert.match(await reasonOf(1), /the supervisor sends it when a machine has room/)
  bench.broker.runners = bench.broker.runners.map(runner => ({ ...runner, status: 'offline' }))
  assert.match(await reasonOf(2), /^Waiting for macmini \(offline\): no fitting runner is online/)
  bench.broker.isDown = true
  assert.match(await reasonOf(3), /the supervisor sends it/, 'who cannot be asked is no reason to fail')
})

test('A retry that no machine may take ends its job again', async t => {
  const bench = await open(t)
  const job = await submitted(bench)
  await fail(bench, 1, job.id)
  bench.sizes.set(url, 2_000_000_000)
  await assert.rejects(bench.queue.retry(job.id), { code: 'invalid_input' })
  assert.equal(bench.ledger.getJob(job.id)?.state, 'failed')
})

test('A run that was started elsewhere is not retried, for nobody knows its inputs', async t => {
  const bench = await open(t)
  bench.broker.addRun({ workflow: 'transcribe_audio.yml', ref: 'main', inputs: {} })
  const [adopted] = await bench.queue.adopt()
  assert.ok(adopted)
  bench.broker.finish(1, 'failure')
  await bench.queue.reconcile(adopted)
  await assert.rejects(bench.queue.retry(adopted.id), { code: 'invalid_input', message: /started elsewhere/ })
  bench.broker.addRun({ workflow: 'plain.yml', ref: 'main', inputs: {} })
  await assert.rejects(bench.queue.retry('2'), { code: 'invalid_input' })
})
