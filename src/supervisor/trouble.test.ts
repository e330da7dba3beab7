import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { fillDisk, makeRoom } from '../../test/support/full-disk.ts'
import { type Bench, openBench, submitted, exampleUrl as url } from '../../test/support/queue-bench.ts'
import { Supervisor } from './supervisor.ts'

interface Ward extends Bench {
  readonly supervisor: Supervisor
  /** How many jobs there are in each state. */
  states(): Readonly<Record<string, number>>
}

async function open(t: TestContext): Promise<Ward> {
  const bench = await openBench()
  t.after(() => bench.close())
  const supervisor = new Supervisor(bench.supervision('one'), { say: () => undefined })
  const states = () => {
    const groups = Map.groupBy(bench.queue.list(), ({ state }) => state)
    return Object.fromEntries([...groups].map(([state, jobs]) => [state, jobs.length]))
  }
  return { ...bench, supervisor, states }
}

const hourMs = 3_600_000

function assertSentOnce(ward: Ward, jobs: number): void {
  const ids = ward.broker.dispatches.map(({ inputs }) => inputs['relayq_id'])
  assert.deepEqual([ids.length, new Set(ids).size], [jobs, jobs])
}

test('A submit that cannot be written is refused as temporary, and sends nothing', async t => {
  const ward = await open(t)
  await submitted(ward)
  fillDisk(ward.file)
  const request = { kind: 'transcribe', inputs: { url: `${url}?2` } }
  await assert.rejects(ward.queue.submit(request), {
    code: 'disk_full',
    exitCode: 75,
    hint: /df -h .*nothing/,
  })
  assertSentOnce(ward, 1)
  makeRoom(ward.file)
  await ward.queue.submit(request)
  assertSentOnce(ward, 2)
})

test('A disk that is full before a tick, or in it after a job was sent, loses and doubles nothing', async t => {
  const ward = await open(t)
  await ward.supervisor.tick()
  for (const at of [1, 2, 3]) await ward.queue.submit({ kind: 'transcribe', inputs: { url: `${url}?${at}` } })
  ward.broker.beforeAnswer = async () => fillDisk(ward.file)
  const full = await ward.supervisor.tick()
  assert.equal(full.kind === 'outage' && full.error.code, 'disk_full')
  assert.equal(ward.broker.dispatches.length, 1)
  assert.equal((await ward.supervisor.tick()).kind, 'outage')
  makeRoom(ward.file)
  ward.broker.beforeAnswer = async () => undefined
  for (let look = 0; look < 3; look += 1) await ward.supervisor.tick()
  assertSentOnce(ward, 3)
  assert.deepEqual(ward.states(), { queued: 3 })
})

test('A ledger that another process holds costs a tick, and not the supervisor', async t => {
  const ward = await open(t)
  ward.file.exec('PRAGMA busy_timeout = 20')
  const other = new DatabaseSync(join(ward.folder, 'ledger.db'))
  other.exec('BEGIN IMMEDIATE')
  const held = await ward.supervisor.tick()
  assert.equal(held.kind === 'outage' && held.error.code, 'database_locked')
  other.close()
  assert.equal((await ward.supervisor.tick()).kind, 'done')
})

test('A clock that is set back in mid-flight loses no job, and sends none twice', async t => {
  const ward = await open(t)
  await ward.supervisor.tick()
  for (const at of [1, 2]) await ward.queue.submit({ kind: 'transcribe', inputs: { url: `${url}?${at}` } })
  // It is received, and its answer is lost: only its name tells of it.
  ward.broker.faults.push('lose_answer_after')
  ward.broker.staleLookups = 5
  await ward.supervisor.tick()
  ward.advance(-hourMs)
  for (let look = 0; look < 3; look += 1) {
    assert.equal((await ward.supervisor.tick()).kind, 'done')
    ward.advance(130_000)
  }
  assertSentOnce(ward, 2)
  assert.deepEqual(ward.states(), { queued: 2 })
})

test('A run is looked for since before it began, also when the clock was an hour ahead as it did', async t => {
  const ward = await open(t)
  ward.advance(hourMs)
  const asked: string[] = []
  const findRun = ward.broker.findRun.bind(ward.broker)
  ward.broker.findRun = query => {
    asked.push(query.since)
    return findRun(query)
  }
  ward.broker.faults.push('lose_answer_after')
  ward.broker.staleLookups = 5
  const job = await submitted(ward)
  ward.advance(-hourMs)
  await ward.queue.reconcile(job)
  assert.ok((asked.at(-1) ?? '') < '2026-01-01T00:00:00Z', asked.at(-1))
})

test('A supervisor that died before the clock was set back is replaced, and no submit waits for it', async t => {
  const ward = await open(t)
  await ward.supervisor.tick()
  ward.advance(-hourMs)
  const outcome = await ward.queue.submit({ kind: 'transcribe', inputs: { url } })
  assert.equal(outcome.kind === 'created' && outcome.unsent, null)
  const other = new Supervisor(ward.supervision('two'), { say: () => undefined })
  assert.equal((await other.tick()).kind, 'done')
})

test('A job that is cancelled after the clock was set back is over, and not taken for one to be retried', async t => {
  const ward = await open(t)
  const job = await submitted(ward)
  ward.broker.start(1, 'macmini')
  await ward.queue.reconcile(job)
  ward.advance(-hourMs)
  await ward.queue.cancel(job.id)
  assert.equal(ward.ledger.getJob(job.id)?.failure ?? 'none', 'none')
  assert.deepEqual(ward.states(), { cancelled: 1 })
  assert.match(ward.ledger.getJob(job.id)?.reason ?? '', /^on request/)
})
