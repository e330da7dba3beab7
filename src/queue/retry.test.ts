import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bench, openBench, submitted, viewOf } from '../../test/support/queue-bench.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { type FailureClass, machineLacks } from '../model/failure.ts'
import { runnerStopped } from '../model/runner-stopped.ts'
import { defaultRetry } from '../policy/default-retry.ts'
import { decideRetry } from './retry-decision.ts'

const lost = 'The self-hosted runner lost communication with the server.'

async function withBench(t: { after(close: () => Promise<void>): void }): Promise<Bench> {
  const bench = await openBench()
  t.after(() => bench.close())
  return bench
}

function lose(bench: Bench, runId: number, runner: string): void {
  bench.broker.start(runId, runner)
  bench.broker.finish(runId, 'failure', [{ level: 'failure', title: null, message: lost }])
}

test('A job whose machine was lost is tried on another one, after a pause, and is dead after its last try', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  lose(bench, 1, 'macmini')
  const waiting = await bench.queue.reconcile(job)
  assert.deepEqual([waiting.state, waiting.runnerName], ['pending', null])
  assert.equal(waiting.reason, `${lost.slice(0, -1)} (attempt 2 of 3 in 30 s)`)
  assert.equal((await bench.queue.reconcile(waiting)).state, 'pending')
  assert.equal(bench.broker.dispatches.length, 1)
  bench.advance(30_000)
  assert.equal((await bench.queue.reconcile(waiting)).state, 'queued')
  const [first, second] = bench.broker.dispatches
  assert.equal(first?.inputs['runs_on'], '["self-hosted","macmini"]')
  assert.equal(second?.inputs['runs_on'], '["self-hosted","rpi4"]')
  assert.equal(second?.inputs['relayq_group'], job.id)
  lose(bench, 2, 'rpi4')
  await bench.queue.reconcile(waiting)
  bench.advance(60_000)
  await bench.queue.reconcile(waiting)
  lose(bench, 3, 'macmini')
  const dead = await bench.queue.reconcile(waiting)
  assert.deepEqual([dead.state, dead.failure], ['failed', 'lost_runner'])
  assert.match(dead.reason ?? '', /\(tried 3 times\)$/)
})

function setStatus({ broker }: Bench, name: string, status: 'online' | 'offline'): void {
  broker.runners = broker.runners.map(runner => (runner.name === name ? { ...runner, status } : runner))
}

const noKey = { code: 'engine_missing', message: 'no key of OpenAI is set', hint: null }

test('What a machine lacks is looked for on another one, offline or not, and not there again', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  await bench.finishWithResult(1, 'macmini', {}, {}, noKey)
  setStatus(bench, 'rpi4', 'offline')
  const waiting = await bench.queue.reconcile(job)
  assert.match(waiting.reason ?? '', /no key of OpenAI is set \(attempt 2 of 3, on another machine\)$/)
  await bench.queue.reconcile(waiting)
  assert.equal(bench.broker.dispatches[1]?.inputs['runs_on'], '["self-hosted","rpi4"]')
  setStatus(bench, 'rpi4', 'online')
  await bench.finishWithResult(
    2,
    'rpi4',
    {},
    {},
    { ...noKey, code: 'key_refused', message: 'OpenAI answered 401' },
  )
  const dead = await bench.queue.reconcile(waiting)
  assert.deepEqual([dead.state, dead.failure], ['failed', 'model_missing'])
  assert.match(dead.reason ?? '', /OpenAI answered 401 \(no other machine may take it\)$/)

  await bench.queue.retry(job.id)
  assert.equal(bench.broker.dispatches[2]?.inputs['runs_on'], '["self-hosted","macmini"]')
})

test('What one bearer of a pinned label lacks is waited for on another', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench, { pin: 'audio' })
  await bench.finishWithResult(1, 'macmini', {}, {}, noKey)
  setStatus(bench, 'rpi4', 'offline')
  await bench.queue.reconcile(job)
  await bench.queue.reconcile(job)
  assert.equal(bench.broker.dispatches[1]?.inputs['runs_on'], '["self-hosted","rpi4"]')
})

test('What the one machine lacks that may do the job ends it at once', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench, { pin: 'macmini' })
  await bench.finishWithResult(1, 'macmini', {}, {}, noKey)
  const dead = await bench.queue.reconcile(job)
  assert.equal(dead.state, 'failed')
  assert.match(dead.reason ?? '', /\(no other machine may take it\)$/)
  assert.equal(bench.broker.dispatches.length, 1)
})

test('Where nobody can tell which machines there are, what one lacks is tried again', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  await bench.finishWithResult(1, 'macmini', {}, {}, noKey)
  bench.broker.mayListRunners = false
  assert.equal((await bench.queue.reconcile(job)).state, 'pending')
})

test('The pause before another attempt holds also for those who saw the job before its end', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  lose(bench, 1, 'macmini')
  await bench.queue.reconcile(job)
  assert.equal((await bench.queue.reconcile(job)).state, 'pending')
  assert.equal(bench.broker.dispatches.length, 1)
})

test('A job whose machine was stopped goes out again at once, as often as that happens, there too', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  const stopped = { level: 'failure', title: null, message: runnerStopped } as const
  const toldToStop = { code: 'cancelled', message: 'told to stop', hint: null }
  for (const runId of [1, 2, 3, 4]) {
    await bench.finishWithResult(runId, 'macmini', {}, {}, toldToStop)
    bench.broker.finish(runId, 'cancelled', [stopped])
    const waiting = await bench.queue.reconcile(job)
    const why = 'its machine was stopped while it had the job (it goes on when a machine is there)'
    assert.deepEqual([waiting.state, waiting.reason, waiting.failure], ['pending', why, null])
    assert.equal((await bench.queue.reconcile(job)).state, 'queued')
    assert.equal(bench.broker.dispatches[runId]?.inputs['runs_on'], '["self-hosted","macmini"]')
  }
})

test('A job that somebody cancelled stays cancelled when its machine is stopped', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  bench.broker.start(1, 'macmini')
  await bench.queue.reconcile(job)
  bench.broker.stubborn.add(1)
  await bench.queue.cancel(job.id)
  bench.broker.finish(1, 'cancelled', [{ level: 'failure', title: null, message: runnerStopped }])
  const ended = await bench.queue.reconcile(job)
  assert.deepEqual([ended.state, ended.reason], ['cancelled', 'on request'])
})

test('What would fail anywhere is not tried again', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  const error = { code: 'not_media', message: 'no audio', hint: null }
  await bench.finishWithResult(1, 'macmini', {}, {}, error)
  const ended = await bench.queue.reconcile(job)
  assert.deepEqual([ended.state, ended.failure, ended.reason], ['failed', 'bad_input', 'not_media: no audio'])
})

test('A whole result of a run that was lost afterwards is the result', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  await bench.finishWithResult(1, 'macmini', { 'a.txt': 'words' }, { txt: 'a.txt' }, null, `${job.id}.1`)
  bench.broker.finish(1, 'failure', [{ level: 'failure', title: null, message: lost }])
  assert.equal((await bench.queue.reconcile(job)).state, 'succeeded')
  assert.equal(bench.broker.dispatches.length, 1)
})

for (const conclusion of ['success', 'failure'] as const) {
  test(`The result of a run that ended as ${conclusion} is waited for while it cannot be fetched, not for ever`, async t => {
    const bench = await withBench(t)
    const end = async (job: LedgerJob, runId: number): Promise<void> => {
      await bench.finishWithResult(runId, 'macmini', {}, {}, null, `${job.id}.1`)
      bench.broker.finish(runId, conclusion, [{ level: 'failure', title: null, message: lost }])
    }
    const job = await submitted(bench)
    await end(job, 1)
    bench.broker.failingDownloads = 1
    await assert.rejects(bench.queue.reconcile(job), { code: 'broker_unavailable' })
    assert.equal((await bench.queue.reconcile(job)).state, 'succeeded')
    assert.equal((await bench.queue.result(job.id)).kind, 'ready')
    const other = await submitted(bench, { isNew: true })
    await end(other, 2)
    bench.broker.failingDownloads = Number.POSITIVE_INFINITY
    await assert.rejects(bench.queue.reconcile(other), { code: 'broker_unavailable' })
    bench.advance(300_000)
    const ended = await bench.queue.reconcile(other)
    assert.equal(ended.state, conclusion === 'success' ? 'succeeded' : 'pending')
  })
}

test('A run that leaves the work to another of the same job is followed by that one', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  const [request] = bench.broker.dispatches
  assert.ok(request)
  bench.broker.addRun(request)
  await bench.finishWithResult(2, 'rpi4', { 'a.txt': 'words' }, { txt: 'a.txt' }, null, `${job.id}.1`)
  const error = { code: 'superseded', message: 'Superseded by run 2.', hint: null }
  await bench.finishWithResult(1, 'macmini', {}, {}, error)
  assert.equal((await bench.queue.reconcile(job)).state, 'running')
  assert.equal((await bench.queue.reconcile(job)).state, 'succeeded')
  const { attempts } = await viewOf(bench, job.id)
  assert.deepEqual([attempts.length, attempts[0]?.runId, attempts[0]?.runnerName], [1, 2, 'rpi4'])
  const result = await bench.queue.result(job.id, { format: 'txt' })
  assert.equal(result.kind === 'ready' && (await bench.read(result.path ?? '')), 'words')
})

test('A run that GitHub drops after a day in its queue is sent anew', async t => {
  const bench = await withBench(t)
  const job = await submitted(bench)
  const stored = bench.broker.runs.get(1)
  assert.ok(stored)
  bench.advance(86_400_000)
  bench.broker.finish(1, 'cancelled')
  stored.run = { ...stored.run, updatedAt: '2026-01-02T00:00:00Z' }
  const waiting = await bench.queue.reconcile(job)
  assert.deepEqual([waiting.state, bench.ledger.newestAttempt(job.id)?.failure], ['pending', 'lost_runner'])
})

const attempt = (number: number, givenUp = false) => ({
  number,
  failure: null as FailureClass | null,
  givenUp: givenUp ? { because: 'offline', reason: 'mac is offline', at: '' } : null,
})

const interrupted = (number: number) => ({ ...attempt(number), failure: 'interrupted' as const })

const table: readonly {
  readonly says: string
  readonly failure: FailureClass
  readonly attempts: readonly ReturnType<typeof attempt>[]
  readonly budgetFrom?: number
  readonly expected: readonly [kind: string, waitsSeconds: number | null]
}[] = [
  { says: 'first', failure: 'network', attempts: [attempt(1)], expected: ['retry', 30] },
  { says: 'second', failure: 'network', attempts: [attempt(1), attempt(2)], expected: ['retry', 60] },
  { says: 'last', failure: 'network', attempts: [1, 2, 3].map(n => attempt(n)), expected: ['over', null] },
  {
    says: 'what its machine lacks, at once on another',
    failure: machineLacks,
    attempts: [attempt(1)],
    expected: ['retry', 0],
  },
  {
    says: 'what its machine does not allow',
    failure: 'not_allowed',
    attempts: [attempt(1)],
    expected: ['over', null],
  },
  { says: 'own', failure: 'own_failure', attempts: [attempt(1)], expected: ['over', null] },
  { says: 'given up', failure: 'cancelled', attempts: [attempt(1, true)], expected: ['retry', 0] },
  {
    ...{ says: 'what was given up uses up no try', failure: 'network' },
    ...{ attempts: [attempt(1, true), attempt(2, true), attempt(3)], expected: ['retry', 30] },
  },
  {
    says: 'interrupted',
    failure: 'interrupted',
    attempts: [1, 2, 3].map(n => attempt(n)),
    expected: ['retry', 0],
  },
  {
    ...{ says: 'what was interrupted uses up no try', failure: 'network' },
    ...{ attempts: [interrupted(1), interrupted(2), attempt(3)], expected: ['retry', 30] },
  },
  {
    ...{ says: 'what was before a retry by hand neither', failure: 'network', budgetFrom: 3 },
    ...{ attempts: [1, 2, 3, 4].map(n => attempt(n)), expected: ['retry', 30] },
  },
]

for (const { says, failure, attempts, budgetFrom = 0, expected } of table) {
  test(`Whether it is tried again: ${says}`, () => {
    const decision = decideRetry(defaultRetry, { failure, attempts, budgetFrom, isElsewhere: true }, 1_000)
    const waits = decision.kind === 'retry' ? (decision.at - 1_000) / 1000 : null
    assert.deepEqual([decision.kind, waits], expected)
  })
}
