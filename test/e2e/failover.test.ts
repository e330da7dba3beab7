import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Fault } from '../../src/hub/faults/fault.ts'
import type { LedgerAttempt } from '../../src/ledger/records.ts'
import type { JobView } from '../../src/queue/job-view.ts'
import { askFaults } from '../support/ask-faults.ts'
import { until } from '../support/fleet.ts'
import { hubTransitions } from '../support/hub-store.ts'
import { runRelayq } from '../support/relayq-process.ts'
import {
  killForGood,
  killMachine,
  type SupervisedFleet,
  startSupervisedFleet,
} from '../support/supervised-fleet.ts'

const limits = { queueTimeout: 2_000, lease: 2_000, backoff: 1_000, tick: 1_000 }
/** What a busy machine may take to do what costs no time: two ticks last a little longer than their pauses. */
const slack = 2_000
const route = `
  prefer: [macmini]
  fallback: [rpi4, overflow]
  queue_timeout: 2s
  retry: {attempts: 3, backoff: 1s, max_backoff: 1s}
`

async function start(t: TestContext, lastSteps = ''): Promise<SupervisedFleet> {
  return startSupervisedFleet(t, { route, lastSteps, leaseSeconds: limits.lease / 1_000 })
}

function untilBegun(fleet: SupervisedFleet, job: string, runner: string): Promise<number> {
  const find = () => fleet.engine.begun().find(work => work.job === job && work.runner === runner)
  return until(`${job} at work on ${runner}`, () => find()?.run ?? null, 60_000)
}

function untilAttempt(
  fleet: SupervisedFleet,
  job: string,
  applies: (attempt: LedgerAttempt) => boolean,
): Promise<LedgerAttempt> {
  return until(
    `an attempt of ${job} as expected`,
    () => fleet.view(job).attempts.find(applies) ?? null,
    60_000,
  )
}

async function untilSucceeded(fleet: SupervisedFleet, job: string): Promise<JobView> {
  const view = await until(
    `the end of ${job}`,
    () => (fleet.view(job).job.finishedAt === null ? null : fleet.view(job)),
    60_000,
  )
  assert.equal(view.job.state, 'succeeded', view.job.reason ?? '')
  return view
}

/** When a runner began with the run, by the hub's clock, which is that of this machine. */
function takenAt(fleet: SupervisedFleet, attempt: LedgerAttempt | undefined): number {
  const taken = hubTransitions(fleet.hub).find(
    one => one.runId === attempt?.runId && one.jobId !== null && one.state === 'in_progress',
  )
  return taken?.at ?? Number.NaN
}

function assertWithin(t: TestContext, what: string, ms: number, bound: number): void {
  t.diagnostic(`${what}: ${ms} ms, ${(ms / limits.tick).toFixed(1)} ticks; bound ${bound} ms`)
  assert.ok(ms <= bound + slack, `${what} took ${ms} ms, and may take ${bound} ms`)
}

/** How often the work of the job was done to its end. */
function timesDone(fleet: SupervisedFleet, job: string): number {
  return fleet.engine.done().filter(work => work.job === job).length
}

const isAt = (label: string) => (attempt: LedgerAttempt) =>
  attempt.runsOn.includes(label) && attempt.runId !== null

test('a job whose preferred machine dies while it waits for it runs elsewhere', {
  timeout: 120_000,
}, async t => {
  const fleet = await start(t)
  fleet.supervise('one')
  fleet.engine.hold('macmini')
  const working = await fleet.submit('working')
  await untilBegun(fleet, working, 'macmini')
  const waiting = await fleet.submit('waiting')
  await untilAttempt(fleet, waiting, isAt('macmini'))
  const killedAt = Date.now()
  await killMachine(fleet.hub, 'macmini')
  const { attempts } = await untilSucceeded(fleet, waiting)
  const took = takenAt(fleet, attempts.at(-1)) - killedAt
  assertWithin(t, 'it runs elsewhere', took, limits.queueTimeout + 2 * limits.tick)
  await untilSucceeded(fleet, working)
  for (const job of [working, waiting]) assert.equal(timesDone(fleet, job), 1)
})

test('a job whose machine dies while it works runs elsewhere', { timeout: 120_000 }, async t => {
  const fleet = await start(t)
  fleet.supervise('one')
  fleet.engine.hold('macmini')
  const job = await fleet.submit('a')
  await untilBegun(fleet, job, 'macmini')
  const killedAt = Date.now()
  await killMachine(fleet.hub, 'macmini')
  const { attempts } = await untilSucceeded(fleet, job)
  assert.deepEqual(
    attempts.map(({ runnerName, failure }) => [runnerName, failure]),
    [
      ['macmini', 'lost_runner'],
      ['rpi4', null],
    ],
  )
  const took = takenAt(fleet, attempts.at(-1)) - killedAt
  assertWithin(t, 'it runs elsewhere', took, limits.lease + limits.backoff + 2 * limits.tick)
  assert.equal(timesDone(fleet, job), 1)
})

test('a job goes down the chain to its last label when every machine before it is busy', {
  timeout: 120_000,
}, async t => {
  const fleet = await start(t)
  fleet.supervise('one')
  for (const runner of ['macmini', 'rpi4']) fleet.engine.hold(runner)
  const first = await fleet.submit('first')
  await untilBegun(fleet, first, 'macmini')
  const second = await fleet.submit('second')
  await untilBegun(fleet, second, 'rpi4')
  const job = await fleet.submit('third')
  const submittedAt = Date.now()
  await untilBegun(fleet, job, 'rpi3')
  const { attempts } = await untilSucceeded(fleet, job)
  assert.deepEqual(
    attempts.map(({ runsOn }) => runsOn.at(-1)),
    ['macmini', 'rpi4', 'overflow'],
  )
  const took = takenAt(fleet, attempts.at(-1)) - submittedAt
  for (const runner of ['macmini', 'rpi4']) fleet.engine.letGo(runner)
  for (const each of [first, second]) await untilSucceeded(fleet, each)
  assertWithin(t, 'two steps on', took, 2 * (limits.queueTimeout + 2 * limits.tick))
})

test('a supervisor that is killed while it sends is followed by another, and nothing is sent twice', {
  timeout: 120_000,
}, async t => {
  // A job that has a run is not to move: a busy machine may take seconds for it.
  const patient = { route: route.replace('queue_timeout: 2s', 'queue_timeout: 1m'), lastSteps: '' }
  const fleet = await startSupervisedFleet(t, { ...patient, leaseSeconds: limits.lease / 1_000 })
  const first = fleet.supervise('one')
  await until('its first look', () => (fleet.said.some(line => /supervising/.test(line)) ? true : null))
  const slow: Fault = { kind: 'latency', method: 'POST', path: '*/dispatches', delay_ms: 2_000 }
  await askFaults(fleet.hub, [slow])
  fleet.supervise('two')
  const standsBy = () => fleet.said.some(line => /^two: .*another process supervises/.test(line))
  await until('the other one beside it', () => (standsBy() ? true : null))
  const jobs = [await fleet.submit('a'), await fleet.submit('b')]
  // The hub has the request, and makes a run of it when whoever sent it is no more.
  await until('a dispatch', async () =>
    (await askFaults(fleet.hub)).some(({ hits }) => hits > 0) ? true : null,
  )
  const killedAt = Date.now()
  await killForGood(first)
  await askFaults(fleet.hub, [])
  await until(
    'the other one at work',
    () => (fleet.said.some(line => /^two: .*supervising \d/.test(line)) ? true : null),
    60_000,
  )
  assertWithin(t, 'the other takes over', Date.now() - killedAt, limits.tick)
  for (const job of jobs) {
    await untilSucceeded(fleet, job)
    assert.equal(timesDone(fleet, job), 1)
  }
  const titles = (await fleet.hub.broker.listRuns({ most: 9 })).map(({ title }) => title)
  assert.deepEqual(
    titles.toSorted(),
    jobs.map(job => `Transcribe audio [${job}.1]`).toSorted(),
    'one run each',
  )
})

test('runs that were started without a job are listed, viewed, awaited, and give their results', {
  timeout: 120_000,
}, async t => {
  const fleet = await start(t)
  const relayq = (...args: readonly string[]) => runRelayq(args, fleet.hub.checkout, fleet.hub.env)
  const inputs = { url: fleet.audioUrl, formats: 'txt', runs_on: '["rpi4"]' }
  const byRest = await fleet.hub.start('transcribe_audio.yml', inputs)
  const byCommand = await relayq('dispatch', 'transcribe_audio.yml', `url=${fleet.audioUrl}`, 'formats=txt')
  assert.equal(byCommand.code, 0, byCommand.stderr)
  fleet.supervise('one')
  const runs = [String(byRest), byCommand.stdout.trim()]
  for (const run of runs) {
    const waited = await relayq('wait', run)
    assert.equal(waited.code, 0, waited.stderr)
    const result = await relayq('result', run, '--format', 'txt')
    assert.match(result.stdout, /Good morning/, result.stderr)
  }
  const adopted = await until(
    'their adoption',
    async () => {
      const { stdout } = await relayq('list', '--json', 'id,state')
      const jobs = JSON.parse(stdout) as readonly { id: string; state: string }[]
      return jobs.length === 2 && jobs.every(({ state }) => state === 'succeeded') ? jobs : null
    },
    90_000,
  )
  for (const { id } of adopted) {
    assert.equal((await relayq('wait', id)).code, 0)
    const viewed = await relayq('view', id)
    assert.match(viewed.stdout, /succeeded/, viewed.stderr)
    assert.match((await relayq('result', id, '--format', 'txt')).stdout, /Good morning/)
  }
  assert.equal(fleet.engine.done().length, 2)
})

test('a result that was whole when its machine died is the job’s result, and the work is not done again', {
  timeout: 120_000,
}, async t => {
  const fleet = await start(t, '      - run: sleep 60\n')
  fleet.supervise('one')
  const job = await fleet.submit('a')
  const run = await untilBegun(fleet, job, 'macmini')
  await until('its result', async () => (await fleet.hub.broker.listArtifacts(run))[0] ?? null)
  await killMachine(fleet.hub, 'macmini')
  const { attempts } = await untilSucceeded(fleet, job)
  assert.deepEqual([attempts.length, timesDone(fleet, job)], [1, 1])
  assert.match(attempts[0]?.reason ?? '', /its result was whole/)
})
