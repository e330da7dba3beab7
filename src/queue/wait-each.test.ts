import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type Bench, openBench, submitted } from '../../test/support/queue-bench.ts'
import { RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { subjectId } from './subject.ts'
import type { WaitEachOptions } from './wait-each.ts'

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

  async function ends(ids: readonly string[], options: WaitEachOptions = {}) {
    const seen: string[] = []
    for await (const { kind, subject } of bench.queue.waitEach(ids, options)) {
      seen.push(`${subjectId(subject)} ${kind}`)
    }
    return seen
  }

  /** The runs that are asked for by themselves from now on, in that order; `fail` may throw instead of the answer. */
  function askedOf(fail: (runId: number) => void = () => undefined): readonly number[] {
    const asked: number[] = []
    const getRun = bench.broker.getRun.bind(bench.broker)
    bench.broker.getRun = async runId => {
      asked.push(runId)
      fail(runId)
      return getRun(runId)
    }
    return asked
  }

  /** As a list that does not reach so far. */
  function listNone(): void {
    bench.broker.listRuns = async () => []
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
    const asked = askedOf()
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

  it('asks in turns for runs that the list does not reach, a few at each look, and for each that has ended', async () => {
    const jobs = await submitSome(25)
    listNone()
    const asked = askedOf()
    const perLook: number[] = []
    bench.onSleep(() => {
      perLook.push(asked.length - perLook.reduce((sum, count) => sum + count, 0))
      if (perLook.length === 3) for (const number of jobs.keys()) bench.broker.finish(number + 1, 'success')
    })
    assert.equal((await ends(jobs.map(({ id }) => id))).length, 25)
    assert.deepEqual(perLook, [10, 10, 10])
    assert.deepEqual(
      asked.slice(0, 25),
      jobs.map((_, at) => at + 1),
    )
    assert.equal(asked.length, 30 + 25)
  })

  it('looks the more seldom the longer the list of runs is', async () => {
    const [job] = await submitSome(150)
    let looks = 0
    const listRuns = bench.broker.listRuns.bind(bench.broker)
    bench.broker.listRuns = async query => {
      if (query.status === 'queued') looks += 1
      return listRuns(query)
    }
    await ends([job?.id ?? ''], { timeoutMs: 600_000 })
    assert.ok(looks < 600 / 6 + 12, `${looks} looks`)
  })

  it('leaves a job that has no run to the supervisor, and sees in the ledger what became of it', async () => {
    const supervision = bench.supervision('one')
    supervision.takeLease(60_000)
    const job = await submitted(bench)
    const other = await submitted(bench, { isNew: true })
    const failed = { to: 'failed', reason: 'no machine may', now: '2026-01-01T00:00:01Z' } as const
    bench.broker.listRunners = async () => assert.fail('asks for the machines')
    const steps = [
      () => undefined,
      () => bench.ledger.moveJob({ ...failed, jobId: job.id }),
      () => bench.ledger.moveJob({ ...failed, jobId: other.id }),
    ]
    bench.onSleep(() => steps.shift()?.())
    assert.deepEqual(await ends([job.id, other.id], { timeoutMs: 60_000 }), [
      `${job.id} finished`,
      `${other.id} finished`,
    ])
    assert.equal(bench.broker.dispatches.length, 0)
  })

  it('keeps no job from its turn by those that wait for another', async () => {
    const first = await submitted(bench, { isNew: true })
    const followers: LedgerJob[] = []
    for (let count = 0; count < 15; count += 1) {
      followers.push(await submitted(bench, { isNew: true, after: [first.id] }))
    }
    const held = await submitted(bench, { isNew: true, after: [first.id] })
    bench.onSleep(() => {
      bench.onSleep(() => undefined)
      bench.broker.finish(1, 'success')
    })
    const ids = [...followers, held, first].map(({ id }) => id)
    const events = bench.ledger.listEvents(held.id).length
    await ends(ids, { timeoutMs: 4_000 })
    assert.equal(bench.broker.dispatches.length, 17)
    assert.ok(bench.ledger.listEvents(held.id).length > events)
  })

  it('stops in the middle of a look when it is told to, or when its time is over', async () => {
    const jobs = await submitSome(3)
    const ids = jobs.map(({ id }) => id)
    listNone()
    const stop = new AbortController()
    const asked = askedOf(() => {
      bench.advance(1_000)
      stop.abort()
    })
    const pending = ids.map(id => `${id} still_pending`)
    assert.deepEqual(await ends(ids, { signal: stop.signal }), pending)
    assert.deepEqual(asked, [1])
    assert.deepEqual(await ends(ids, { timeoutMs: 1_500 }), pending)
    assert.deepEqual(asked, [1, 1, 2])
    // No time at all: how it is now, of each.
    assert.deepEqual(await ends(ids, { timeoutMs: 0 }), pending)
    assert.deepEqual(asked, [1, 1, 2, 1, 2, 3])
  })

  it('goes on with the others while one cannot be looked at, and gives that one up in the end', async () => {
    const jobs = await submitSome(3)
    const [one, two, three] = jobs.map(({ id }) => id)
    listNone()
    askedOf(runId => {
      if (runId === 1) throw new RelayError('broker_unavailable', 'it answered 503')
    })
    const steps = [() => bench.broker.finish(3, 'success'), () => bench.broker.finish(2, 'success')]
    bench.onSleep(() => steps.shift()?.())
    const found: string[] = []
    for await (const outcome of bench.queue.waitEach([one ?? '', two ?? '', three ?? ''], {
      timeoutMs: 200_000,
    })) {
      const error = outcome.kind === 'out_of_sight' ? outcome.error.code : ''
      found.push(`${subjectId(outcome.subject)} ${outcome.kind} ${error}`)
    }
    assert.deepEqual(found, [
      `${three} finished `,
      `${two} finished `,
      `${one} out_of_sight broker_unavailable`,
    ])
    assert.ok(bench.sleptMs() > 60_000 && bench.sleptMs() < 70_000, `${bench.sleptMs()}`)
  })

  it('lives through a passing error of one job', async () => {
    const [job] = await submitSome(1)
    let failures = 3
    listNone()
    askedOf(() => {
      failures -= 1
      if (failures >= 0) throw new RelayError('broker_unavailable', 'it answered 503')
      bench.broker.finish(1, 'success')
    })
    assert.deepEqual(await ends([job?.id ?? '']), [`${job?.id} finished`])
  })

  it('tells at once of one that cannot be seen for a lasting reason, and ends with a fault of its own', async () => {
    const [one, two] = await submitSome(2)
    const ids = [one?.id ?? '', two?.id ?? '']
    listNone()
    askedOf(runId => {
      if (runId === 1) throw new RelayError('not_authorized', 'not this one')
      bench.broker.finish(2, 'success')
    })
    assert.deepEqual(await ends(ids, { timeoutMs: 60_000 }), [
      `${one?.id} out_of_sight`,
      `${two?.id} finished`,
    ])
    assert.equal(bench.sleptMs(), 0)
    askedOf(() => {
      throw new TypeError('a fault of ours')
    })
    await assert.rejects(ends(ids), TypeError)
  })

  it('misses a job that was removed meanwhile', async () => {
    bench.supervision('one').takeLease(60_000)
    const job = await submitted(bench)
    bench.onSleep(() => {
      bench.file.exec('PRAGMA foreign_keys = OFF; DELETE FROM jobs')
    })
    assert.deepEqual(await ends([job.id], { timeoutMs: 60_000 }), [`${job.id} out_of_sight`])
  })

  it('gives what is left in its newest state, in the order in which it was asked for', async () => {
    const jobs = await submitSome(2)
    const run = bench.broker.addRun({ workflow: 'plain.yml', ref: 'main', inputs: {} }).run.id
    bench.onSleep(() => {
      bench.broker.start(1, 'macmini')
      bench.broker.start(run, 'rpi4')
    })
    const ids = [String(run), ...jobs.map(({ id }) => id)]
    const states: unknown[] = []
    for await (const { subject } of bench.queue.waitEach(ids, { timeoutMs: 5_000 })) {
      states.push(
        subject.kind === 'job'
          ? [subject.job.id, subject.job.state, subject.job.runnerName]
          : subject.run.status,
      )
    }
    assert.deepEqual(states, ['in_progress', [ids[1], 'running', 'macmini'], [ids[2], 'queued', null]])
  })

  it('says what it waits for, each once by whichever of its names', async () => {
    const [one, two] = await submitSome(2)
    const begun: string[][] = []
    const onBegin: WaitEachOptions['onBegin'] = subjects => {
      begun.push(subjects.map(subjectId))
    }
    await ends([one?.id ?? '', bench.broker.runs.get(1)?.run.url ?? '', two?.id ?? ''], {
      timeoutMs: 0,
      onBegin,
    })
    assert.deepEqual(begun, [[one?.id, two?.id]])
  })
})
