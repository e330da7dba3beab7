import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { type Bench, openBench, submitted } from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'

describe('wait and watch', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  it('wait gives up at its timeout by the clock', async () => {
    const job = await submitted(bench)
    const outcome = await bench.queue.wait(job.id, { timeoutMs: 5_000 })
    assert.equal(outcome.kind, 'still_pending')
    assert.equal(bench.sleptMs(), 5_000)
  })

  it('wait lives through a short absence of the broker, not through a long one', async () => {
    const job = await submitted(bench)
    const isDown = [true, true, false]
    bench.onSleep(() => {
      const next = isDown.shift()
      if (next === undefined) bench.broker.finish(1, 'success')
      else bench.broker.isDown = next
    })
    assert.equal((await bench.queue.wait(job.id)).kind, 'finished')
    const other = await submitted(bench, { isNew: true })
    bench.onSleep(() => {
      bench.broker.isDown = true
    })
    const before = bench.sleptMs()
    await assert.rejects(bench.queue.wait(other.id), { code: 'broker_unreachable' })
    assert.ok(bench.sleptMs() - before > 60_000 && bench.sleptMs() - before < 70_000)
  })

  it('wait says how far a run is that it gives up on, as it was last seen', async () => {
    await submitted(bench)
    bench.file.exec('UPDATE attempts SET run_id = NULL')
    bench.onSleep(() => bench.broker.start(1, 'macmini'))
    const { subject } = await bench.queue.wait('1', { timeoutMs: 5_000 })
    assert.equal(subject.kind === 'run' && subject.run.status, 'in_progress')
  })

  it('wait gives up at its timeout also while the broker is away', async () => {
    const job = await submitted(bench)
    bench.onSleep(() => {
      bench.broker.isDown = true
    })
    const outcome = await bench.queue.wait(job.id, { timeoutMs: 5_000 })
    assert.deepEqual([outcome.kind, bench.sleptMs()], ['still_pending', 5_000])
  })

  it('wait does not wait for a job that was removed', async () => {
    const job = await submitted(bench)
    bench.onSleep(() => {
      bench.ledger.moveJob({ jobId: job.id, to: 'failed', now: job.createdAt, reason: null })
      bench.ledger.pruneJob(job.id, { before: '2027-01-01T00:00:00.000Z', forget: true }, () => {})
    })
    await assert.rejects(bench.queue.wait(job.id, { timeoutMs: 60_000 }), { code: 'job_not_found' })
  })

  it('wait stops when it is told to', async () => {
    const job = await submitted(bench)
    const stop = new AbortController()
    bench.onSleep(() => stop.abort())
    assert.equal((await bench.queue.wait(job.id, { signal: stop.signal })).kind, 'still_pending')
  })

  it('watch shows every line once, progress as progress, and the end last', async () => {
    const job = await submitted(bench)
    const stamp = '2026-01-01T00:00:00.0000000Z'
    const steps = [
      () => bench.broker.start(1, 'macmini'),
      () => bench.broker.setLog(1, `${stamp} one\n${stamp} tw`),
      () => bench.broker.setLog(1, `${stamp} one\n${stamp} two\n${stamp} relayq: progress 50%\n`),
      () => {
        bench.broker.setLog(1, `${stamp} one\n${stamp} two\n${stamp} relayq: progress 50%\n${stamp} three`)
        bench.broker.finish(1, 'success')
      },
    ]
    bench.onSleep(() => steps.shift()?.())
    const seen: string[] = []
    for await (const event of bench.queue.watch(job.id)) {
      if (event.kind === 'state') seen.push(`${event.state} ${event.runner}`)
      if (event.kind === 'log') seen.push(`log ${event.text}`)
      if (event.kind === 'progress') seen.push(`progress ${event.progress.percent}`)
      if (event.kind === 'end') seen.push('end')
    }
    assert.deepEqual(seen, [
      ...['queued null', 'running macmini', 'log one', 'log two', 'progress 50', 'log three'],
      ...['succeeded macmini', 'end'],
    ])
  })

  it('watch tells how far a job is now, and of one that is over only the end', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    bench.broker.setLog(1, 'one\nrelayq: progress 0%\nrelayq: progress 40%\ntwo\n')
    bench.onSleep(() => bench.broker.finish(1, 'success'))
    for (const expected of [
      ['log', 'progress 40', 'log', 'succeeded'],
      ['log', 'log', 'succeeded'],
    ]) {
      const seen: string[] = []
      for await (const event of bench.queue.watch(job.id)) {
        if (event.kind === 'progress') seen.push(`progress ${event.progress.percent}`)
        if (event.kind === 'log') seen.push('log')
        if (event.kind === 'state' && event.state !== 'running') seen.push(event.state)
      }
      assert.deepEqual(seen, expected)
    }
  })

  it('watch lives through a short absence of the broker also while it reads the log', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    bench.broker.setLog(1, 'one')
    const readJobLog = bench.broker.readJobLog.bind(bench.broker)
    bench.onSleep(() => {
      bench.onSleep(() => undefined)
      bench.broker.finish(1, 'success')
      bench.broker.readJobLog = async () => {
        bench.broker.readJobLog = readJobLog
        throw new RelayError('broker_unreachable', 'away')
      }
    })
    const seen: string[] = []
    for await (const event of bench.queue.watch(job.id)) seen.push(event.kind)
    assert.deepEqual(seen, ['state', 'log', 'state', 'end'])
  })

  it('watch names the machine also when another process sees the end first', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    const seen: string[] = []
    for await (const event of bench.queue.watch(job.id)) {
      if (event.kind !== 'state') continue
      seen.push(`${event.state} ${event.runner}`)
      bench.broker.finish(1, 'success')
      await bench.queue.reconcile(job)
    }
    assert.deepEqual(seen, ['running macmini', 'succeeded macmini'])
  })

  for (const subject of ['job', 'run'] as const) {
    it(`watch has machine and log of a ${subject} that ends while it is looked at`, async () => {
      const job = await submitted(bench)
      const { broker } = bench
      const [getRun, listJobs] = [broker.getRun.bind(broker), broker.listJobs.bind(broker)]
      let isListed = false
      broker.listJobs = runId => {
        isListed = true
        return listJobs(runId)
      }
      broker.getRun = async runId => {
        await setImmediate()
        if (isListed) {
          broker.start(1, 'macmini')
          broker.setLog(1, 'one\ntwo')
          broker.finish(1, 'success')
        }
        return getRun(runId)
      }
      if (subject === 'run') bench.file.exec('UPDATE attempts SET run_id = NULL')
      const seen: string[] = []
      for await (const event of bench.queue.watch(subject === 'run' ? '1' : job.id)) {
        if (event.kind === 'state') seen.push(`${event.state} ${event.runner}`)
        if (event.kind === 'log') seen.push(event.text)
      }
      assert.deepEqual(seen.slice(-3), [
        'one',
        'two',
        `${subject === 'run' ? 'success' : 'succeeded'} macmini`,
      ])
    })
  }

  for (const isLive of [true, false]) {
    it(`watch has the whole log of an attempt whose end another process sees first (live: ${isLive})`, async () => {
      const job = await submitted(bench)
      bench.broker.start(1, 'macmini')
      if (isLive) bench.broker.setLog(1, 'one\ntw')
      const message = 'The self-hosted runner lost communication with the server.'
      const seen: string[] = []
      for await (const event of bench.queue.watch(job.id)) {
        if (event.kind === 'log') seen.push(event.text)
        if (event.kind !== 'state') continue
        seen.push(event.state)
        if (event.state === 'pending') await bench.queue.cancel(job.id)
        if (event.state !== 'running') continue
        bench.onSleep(() => {
          bench.onSleep(() => undefined)
          bench.broker.setLog(1, 'one\ntwo\nthree')
          bench.broker.finish(1, 'failure', [{ level: 'failure', title: null, message }])
          const ended = { attemptId: `${job.id}.1`, now: job.createdAt, retryAt: '2027-01-01T00:00:00.000Z' }
          bench.ledger.moveAttempt({ ...ended, to: 'failed' })
        })
      }
      assert.deepEqual(seen, ['running', 'one', 'two', 'three', 'pending', 'cancelled'])
    })
  }

  it('watch shows the log of a finished job when the broker gives it only at the end', async () => {
    const job = await submitted(bench)
    bench.broker.start(1, 'macmini')
    bench.broker.finish(1, 'success')
    bench.broker.setLog(1, 'only\n')
    for (const times of [1, 2]) {
      const lines: string[] = []
      for await (const event of bench.queue.watch(job.id)) if (event.kind === 'log') lines.push(event.text)
      assert.deepEqual(lines, ['only'], `time ${times}`)
    }
  })
})
