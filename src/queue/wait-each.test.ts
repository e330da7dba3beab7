import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted } from '../../test/support/queue-bench.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { subjectId } from './subject.ts'
import type { WaitOptions } from './watch.ts'

describe('waiting for several', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = await openBench()
  })
  afterEach(() => bench.close())

  /** Their runs are numbered from 1. */
  async function submitSome(count: number): Promise<readonly LedgerJob[]> {
    const jobs: LedgerJob[] = []
    for (let number = 0; number < count; number += 1) jobs.push(await submitted(bench, { isNew: true }))
    return jobs
  }

  async function ends(ids: readonly string[], options: Omit<WaitOptions, 'onEvent'> = {}) {
    const seen: string[] = []
    for await (const { kind, subject } of bench.queue.waitEach(ids, options)) {
      seen.push(`${subjectId(subject)} ${kind}`)
    }
    return seen
  }

  it('tells of each once, in the order in which they end', async () => {
    const [one, two, three] = await submitSome(3)
    const steps = [
      () => bench.broker.finish(3, 'success'),
      () => bench.broker.start(1, 'macmini'),
      () => bench.broker.finish(1, 'failure'),
      () => bench.broker.finish(2, 'success'),
    ]
    bench.onSleep(() => steps.shift()?.())
    // A job and its run are one.
    const seen = await ends([one?.id ?? '', two?.id ?? '', '2', three?.id ?? '', one?.id ?? ''])
    assert.deepEqual(seen, [`${three?.id} finished`, `${one?.id} finished`, `${two?.id} finished`])
    assert.deepEqual(await ends([]), [])
    bench.broker.isDown = true
    assert.deepEqual(await ends([two?.id ?? '']), [`${two?.id} finished`])
  })

  it('asks of many at once, and of one alone only when it is not among those at work', async () => {
    const jobs = await submitSome(30)
    const asked: number[] = []
    const getRun = bench.broker.getRun.bind(bench.broker)
    bench.broker.getRun = async runId => {
      asked.push(runId)
      return getRun(runId)
    }
    const finishAll = () => {
      for (const number of jobs.keys()) bench.broker.finish(number + 1, 'success')
    }
    const steps = [() => undefined, () => bench.broker.finish(7, 'success'), () => undefined]
    bench.onSleep(() => (steps.shift() ?? finishAll)())
    assert.equal((await ends(jobs.map(({ id }) => id))).length, 30)
    assert.deepEqual(
      asked.toSorted((a, b) => a - b),
      jobs.map((_, at) => at + 1),
    )
  })

  it('at its timeout names those that are not over, and stops when it is told to', async () => {
    const [one, two] = await submitSome(2)
    bench.broker.finish(2, 'success')
    const ids = [one?.id ?? '', two?.id ?? '']
    assert.deepEqual(await ends(ids, { timeoutMs: 5_000 }), [
      `${two?.id} finished`,
      `${one?.id} still_pending`,
    ])
    assert.equal(bench.sleptMs(), 5_000)
    const stop = new AbortController()
    bench.onSleep(() => stop.abort())
    assert.deepEqual(await ends(ids.slice(0, 1), { signal: stop.signal }), [`${one?.id} still_pending`])
  })

  it('sends what was kept back, and lives through a short absence of the broker, not a long one', async () => {
    bench.broker.isDown = true
    const held = await submitted(bench)
    bench.broker.isDown = false
    const isDown = [false, true, false]
    bench.onSleep(() => {
      const next = isDown.shift()
      if (next === undefined) bench.broker.finish(1, 'success')
      else bench.broker.isDown = next
    })
    assert.deepEqual(await ends([held.id]), [`${held.id} finished`])
    const other = await submitted(bench, { isNew: true })
    bench.onSleep(() => {
      bench.broker.isDown = true
    })
    await assert.rejects(ends([other.id]), { code: 'broker_unreachable' })
  })

  it('waits for none where one is not known', async () => {
    const job = await submitted(bench)
    await assert.rejects(ends([job.id, 'nosuchjob']), { code: 'job_not_found' })
    assert.equal(bench.sleptMs(), 0)
  })
})
