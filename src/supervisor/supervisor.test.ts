import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Bench,
  openBench,
  submitted,
  exampleUrl as url,
  viewOf,
} from '../../test/support/queue-bench.ts'
import { markThisProcess } from '../base/process-mark.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { patience } from './diagnose.ts'
import { Supervisor, type Tick } from './supervisor.ts'

const policy = `routes:
  transcribe:
    prefer: [macmini]
    fallback: [rpi4, rpi3]
    queue_timeout: 10m
`

interface Ward extends Bench {
  readonly said: string[]
  readonly supervisor: Supervisor
  tick(): Promise<Extract<Tick, { kind: 'done' }>>
  /** The states of all jobs, oldest first. */
  states(): string
}

async function open(t: TestContext, text = policy): Promise<Ward> {
  const bench = await openBench(text)
  t.after(() => bench.close())
  bench.broker.addRunner('rpi3', ['rpi3'])
  const said: string[] = []
  const supervisor = new Supervisor(bench.supervision('one'), { say: line => said.push(line) })
  return {
    ...bench,
    said,
    supervisor,
    tick: async () => {
      const tick = await supervisor.tick()
      assert.equal(tick.kind, 'done')
      return tick
    },
    states: () =>
      bench.queue
        .list()
        .map(job => job.state)
        .reverse()
        .join(' '),
  }
}

/** As a runner that comes, goes, or takes work. */
function become(bench: Bench, name: string, state: { status?: 'online' | 'offline'; busy?: boolean }): void {
  bench.broker.runners = bench.broker.runners.map(runner =>
    runner.name === name ? { ...runner, ...state } : runner,
  )
}

test('While a supervisor is there, a submit leaves its job to it, and it goes out at the next tick', async t => {
  const ward = await open(t)
  await ward.tick()
  const outcome = await ward.queue.submit({ kind: 'transcribe', inputs: { url } })
  assert.match((outcome.kind === 'created' && outcome.unsent?.reason) || '', /supervisor sends it/)
  assert.equal(ward.broker.dispatches.length, 0)
  assert.equal((await ward.tick()).acts['sent'], 1)
  assert.equal(ward.states(), 'queued')
})

test('Jobs stay in the ledger while no machine has room, and go out by priority as it comes', async t => {
  const ward = await open(t)
  await ward.tick()
  for (let at = 0; at < 9; at += 1) {
    const inputs = { url: `${url}?${at}` }
    await ward.queue.submit({ kind: 'transcribe', inputs, priority: at === 8 ? 1 : 0 })
  }
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 6, 'two for each of three machines')
  assert.equal(ward.broker.dispatches[0]?.inputs['url'], `${url}?8`)
  assert.match(ward.queue.list({ states: ['pending'] })[0]?.reason ?? '', /held back/)
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 6)
  await ward.finishWithResult(1, 'macmini', {}, {})
  await ward.tick()
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 7)
  assert.equal(
    ward
      .states()
      .split(' ')
      .filter(state => state === 'succeeded').length,
    1,
  )
})

test('No more jobs of a kind are sent than the policy lets run at once', async t => {
  const ward = await open(
    t,
    policy.replace('queue_timeout', 'constraints: {max_concurrent: 2}\n    queue_timeout'),
  )
  await ward.tick()
  for (let at = 0; at < 4; at += 1) {
    await ward.queue.submit({ kind: 'transcribe', inputs: { url: `${url}?${at}` } })
  }
  await ward.tick()
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 2)
  await ward.finishWithResult(1, 'macmini', {}, {})
  await ward.tick()
  ward.advance(30_000)
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 3)
})

test('A job whose machine goes away while it waits is sent to the next at the next look', async t => {
  const ward = await open(t)
  const job = await submitted(ward)
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 1)
  become(ward, 'macmini', { status: 'offline' })
  await ward.tick()
  await ward.tick()
  const { attempts, job: current } = await viewOf(ward, job.id)
  assert.deepEqual(
    attempts.map(({ state, runsOn }) => [state, runsOn.at(-1)]),
    [
      ['cancelled', 'macmini'],
      ['dispatched', 'rpi4'],
    ],
  )
  assert.equal(current.state, 'queued')
  assert.match(ward.said.join('\n'), /macmini is offline/)
})

test('A job that a machine takes in the moment in which it is to be sent to another stays there', async t => {
  const ward = await open(t)
  const job = await submitted(ward)
  await ward.tick()
  become(ward, 'macmini', { busy: true })
  ward.advance(600_000)
  const listRuns = ward.broker.listRuns.bind(ward.broker)
  ward.broker.listRuns = async query => {
    const runs = await listRuns(query)
    if (query.status === 'in_progress') ward.broker.start(1, 'macmini')
    return runs
  }
  await ward.tick()
  const { attempts } = await viewOf(ward, job.id)
  assert.deepEqual(
    attempts.map(({ state, givenUp }) => [state, givenUp]),
    [['running', null]],
  )
})

test('A job that waits for as long as a step allows goes on to the next, and stays with the last', async t => {
  const ward = await open(t)
  for (const name of ['macmini', 'rpi4', 'rpi3']) become(ward, name, { busy: true })
  const job = await submitted(ward)
  const labels = async (): Promise<string> =>
    (await viewOf(ward, job.id)).attempts.map(({ runsOn }) => runsOn.at(-1)).join(' ')
  await ward.tick()
  assert.equal(await labels(), 'macmini')
  ward.advance(600_000)
  await ward.tick()
  await ward.tick()
  assert.equal(await labels(), 'macmini rpi4')
  ward.advance(600_000)
  await ward.tick()
  await ward.tick()
  assert.equal(await labels(), 'macmini rpi4 rpi3')
  ward.advance(3_600_000)
  await ward.tick()
  await ward.tick()
  assert.equal(await labels(), 'macmini rpi4 rpi3')
})

test('A job whose machine is lost while it works is done elsewhere', async t => {
  const ward = await open(t)
  const job = await submitted(ward)
  ward.broker.start(1, 'macmini')
  await ward.tick()
  assert.equal(ward.states(), 'running')
  become(ward, 'macmini', { status: 'offline' })
  const message = 'The self-hosted runner lost communication with the server.'
  ward.broker.finish(1, 'failure', [{ level: 'failure', title: null, message }])
  await ward.tick()
  ward.advance(30_000)
  await ward.tick()
  assert.equal(ward.broker.dispatches[1]?.inputs['runs_on'], '["self-hosted","rpi4"]')
  await ward.finishWithResult(2, 'rpi4', {}, {})
  await ward.tick()
  assert.equal((await viewOf(ward, job.id)).job.state, 'succeeded')
})

test('A run that will not end is forced, and one that even then does not is left behind', async t => {
  const ward = await open(t)
  const job = await submitted(ward)
  ward.broker.stubborn.add(1)
  become(ward, 'macmini', { status: 'offline' })
  await ward.tick()
  assert.equal(ward.broker.runs.get(1)?.run.status, 'queued')
  ward.advance(patience.insist)
  await ward.tick()
  assert.equal(ward.broker.runs.get(1)?.run.conclusion, 'cancelled')
  await ward.tick()
  assert.equal(ward.broker.dispatches[1]?.inputs['relayq_group'], job.id)
  ward.broker.zombies.add(2)
  become(ward, 'rpi4', { status: 'offline' })
  await ward.tick()
  ward.advance(patience.leaveBehind)
  await ward.tick()
  await ward.tick()
  const third = ward.broker.dispatches[2]?.inputs
  assert.deepEqual([third?.['relayq_group'], third?.['relayq_ignore']], [`${job.id}-1`, '2'])
  assert.equal(third?.['runs_on'], '["self-hosted","rpi3"]')
})

test('Runs that nobody submitted here become jobs, once, and are followed', async t => {
  const ward = await open(t)
  const request = { workflow: 'transcribe_audio.yml', ref: 'main', inputs: {} }
  ward.broker.addRun(request)
  ward.broker.addRun({ ...request, workflow: 'plain.yml' })
  await ward.tick()
  ward.advance(60_000)
  await ward.tick()
  const [job, ...others] = ward.queue.list()
  assert.deepEqual([job?.source, job?.state, others.length], ['adopted', 'queued', 0])
  assert.equal((await viewOf(ward, job?.id ?? '')).decision, null, 'nobody decided on it')
  ward.broker.start(1, 'macmini')
  ward.broker.finish(1, 'failure', [
    { level: 'failure', title: null, message: 'The self-hosted runner lost communication with the server.' },
  ])
  await ward.tick()
  assert.equal(ward.states(), 'failed', 'its inputs are not known: it is not tried again')
})

test('A job is sent once what it follows has succeeded, and fails when that cannot be', async t => {
  const ward = await open(t)
  const first = await submitted(ward)
  const second = await submitted(ward, { inputs: { url: `${url}?2` }, after: [first.id] })
  const third = await submitted(ward, { inputs: { url: `${url}?3` }, after: [second.id] })
  assert.equal(second.reason, `waits for ${first.id} to succeed`)
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 1)
  await ward.finishWithResult(1, 'macmini', {}, {})
  await ward.tick()
  await ward.tick()
  assert.equal(ward.broker.dispatches.length, 2)
  await ward.finishWithResult(2, 'macmini', {}, {}, { code: 'not_media', message: 'no audio', hint: null })
  await ward.tick()
  await ward.tick()
  assert.equal(ward.states(), 'succeeded failed failed')
  assert.match((await viewOf(ward, third.id)).job.reason ?? '', /which it was to follow, ended as failed/)
})

test('Of two supervisors one works; the other takes over when it ends, or falls silent', async t => {
  const ward = await open(t)
  const other = new Supervisor(ward.supervision('two'), { say: () => undefined })
  await ward.tick()
  assert.equal((await other.tick()).kind, 'standby')
  await ward.supervisor.close()
  assert.equal((await other.tick()).kind, 'done')
  assert.equal((await ward.supervisor.tick()).kind, 'standby')
  ward.advance(15_000)
  assert.equal((await ward.supervisor.tick()).kind, 'done')
})

test('A job about which the broker cannot be asked does not keep the others from being sent', async t => {
  const ward = await open(t)
  await submitted(ward)
  await ward.tick()
  await ward.finishWithResult(1, 'macmini', {}, {})
  ward.broker.failingDownloads = 1
  await submitted(ward, { inputs: { url: `${url}?2` } })
  assert.equal((await ward.tick()).acts['sent'], 1)
  assert.match(ward.said.join('\n'), /answered 503/)
  await ward.tick()
  assert.equal(ward.states(), 'succeeded queued')
})

test('Trouble with one job after the other is the broker’s, and ends the tick', async t => {
  const ward = await open(t)
  for (let at = 0; at < 4; at += 1) await submitted(ward, { inputs: { url: `${url}?${at}` } })
  await ward.tick()
  for (let at = 1; at <= 4; at += 1) await ward.finishWithResult(at, 'macmini', {}, {})
  ward.broker.failingDownloads = 4
  assert.equal((await ward.supervisor.tick()).kind, 'outage')
  await ward.tick()
  assert.equal(ward.states(), 'succeeded succeeded succeeded succeeded')
})

test('A supervisor whose process is no more is followed before its lease is over, one that lives is not', async t => {
  const ward = await open(t)
  const { pid } = spawnSync('true')
  const mine = markThisProcess()
  const gone = mine.replace(` ${process.pid} `, ` ${pid} `)
  const [alive, dead] = [mine, gone].map(
    mark => new Supervisor(ward.supervision(mark), { say: () => undefined }),
  )
  assert.equal((await alive?.tick())?.kind, 'done')
  assert.equal((await ward.supervisor.tick()).kind, 'standby')
  await alive?.close()
  assert.equal((await dead?.tick())?.kind, 'done')
  const isSeen = process.platform === 'linux'
  assert.equal((await ward.supervisor.tick()).kind, isSeen ? 'done' : 'standby')
})

test('A supervisor that slept through its lease in the middle of a look leaves the rest to the other', async t => {
  const ward = await open(t)
  const other = new Supervisor(ward.supervision('two'), { say: () => undefined })
  await ward.tick()
  for (let at = 0; at < 3; at += 1) await submitted(ward, { inputs: { url: `${url}?${at}` } })
  ward.broker.beforeAnswer = async () => {
    ward.broker.beforeAnswer = async () => undefined
    ward.advance(15_000)
    assert.equal((await other.tick()).kind, 'done')
    ward.broker.dispatches.length = 0
  }
  assert.equal((await ward.supervisor.tick()).kind, 'standby')
  assert.equal(ward.broker.dispatches.length, 0, 'what was left to send, the other has sent')
  assert.equal(ward.states(), 'queued queued queued')
})

test('A look that takes longer than the lease keeps it', async t => {
  const ward = await open(t)
  const other = new Supervisor(ward.supervision('two'), { say: () => undefined })
  await ward.tick()
  for (let at = 0; at < 3; at += 1) await submitted(ward, { inputs: { url: `${url}?${at}` } })
  ward.broker.beforeAnswer = async () => ward.advance(10_000)
  assert.equal((await ward.tick()).acts['sent'], 3)
  assert.equal((await other.tick()).kind, 'standby')
})

test('A broker that cannot be asked costs no job, and what was submitted meanwhile goes out after', async t => {
  const ward = await open(t)
  ward.broker.isDown = true
  assert.equal((await ward.supervisor.tick()).kind, 'outage')
  await submitted(ward)
  ward.broker.isDown = false
  await ward.tick()
  assert.equal(ward.states(), 'queued')
})

test('While the policy cannot be read, jobs are followed, none is decided on, and that is said once', async t => {
  const ward = await open(t, 'routes: none')
  ward.broker.addRun({ workflow: 'transcribe_audio.yml', ref: 'main', inputs: {} })
  await ward.tick()
  await ward.finishWithResult(1, 'macmini', {}, {})
  await ward.tick()
  assert.equal(ward.states(), 'succeeded')
  assert.equal(ward.said.filter(line => /until this is mended: policy.yaml:1:9/.test(line)).length, 1)
})

/** A job whose file could not be sent when it was submitted. */
async function keepFile(ward: Ward, name = 'talk'): Promise<LedgerJob> {
  const file = join(ward.folder, `${name}.mp3`)
  await writeFile(file, `the words of ${name}`)
  ward.broker.isDown = true
  const job = await submitted(ward, { inputs: { file } })
  ward.broker.isDown = false
  return job
}

/** The same; how far its sending comes is up to the test. */
async function withKeptFile(ward: Ward) {
  const job = await keepFile(ward)
  const put = ward.broker.putFile.bind(ward.broker)
  const [under, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  ward.broker.putFile = async given => {
    under.resolve()
    await arrived.promise
    return put(given)
  }
  return { job, under: under.promise, arrive: () => arrived.resolve() }
}

test('A file that takes long to be sent holds up neither the other jobs nor the lease', async t => {
  const ward = await open(t)
  await ward.tick()
  const { job, arrive } = await withKeptFile(ward)
  await ward.queue.submit({ kind: 'transcribe', inputs: { url } })
  assert.equal((await ward.tick()).acts['sent'], 1)
  assert.equal(ward.ledger.getJob(job.id)?.reason, 'its file is being sent')
  const other = new Supervisor(ward.supervision('two'), { say: () => undefined })
  for (let at = 0; at < 4; at += 1) {
    ward.advance(10_000)
    await ward.tick()
    assert.equal((await other.tick()).kind, 'standby')
    assert.equal((await ward.queue.reconcile(job)).state, 'pending')
  }
  arrive()
  await ward.supervisor.settle()
  assert.deepEqual([ward.supervisor.hasNews(), ward.supervisor.hasNews()], [true, false])
  await ward.tick()
  assert.deepEqual([ward.states(), ward.broker.uploads], ['queued queued', 1])
  assert.ok(ward.said.includes(`${job.id}: sent to macmini`))
})

test('A single look sends a kept file and then its job, and holds the lease for as long as that takes', async t => {
  const ward = await open(t)
  const { arrive, under } = await withKeptFile(ward)
  t.after(arrive)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const once = ward.supervisor.once()
  await under
  for (let at = 0; at < 4; at += 1) {
    ward.advance(10_000)
    t.mock.timers.tick(5_000)
    await nextTurn()
    assert.equal(ward.supervision('two').takeLease(15_000), false)
  }
  arrive()
  assert.equal((await once).kind, 'done')
  assert.deepEqual([ward.states(), ward.broker.uploads], ['queued', 1])
})

test('A job whose file has arrived is decided on anew: others have gone out meanwhile', async t => {
  const ward = await open(
    t,
    policy.replace('queue_timeout', 'constraints: {max_concurrent: 1}\n    queue_timeout'),
  )
  await ward.tick()
  const { job, arrive } = await withKeptFile(ward)
  await ward.queue.submit({ kind: 'transcribe', inputs: { url } })
  await ward.tick()
  arrive()
  await ward.supervisor.settle()
  await ward.tick()
  assert.deepEqual([ward.ledger.getJob(job.id)?.state, ward.broker.dispatches.length], ['pending', 1])
})

/** One tick, which leaves `most` downloads behind that have begun and go on until `arrive` is called. */
async function tickPastDownloads(t: TestContext, ward: Ward, most: number) {
  const download = ward.broker.downloadArtifact.bind(ward.broker)
  const [under, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let begun = 0
  ward.broker.downloadArtifact = async (id, path) => {
    begun += 1
    if (begun === most) under.resolve()
    await arrived.promise
    await download(id, path)
  }
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const tick = ward.tick()
  await under.promise
  t.mock.timers.tick(5_000)
  await tick
  return { begun: () => begun, arrive: () => arrived.resolve() }
}

test('A result that takes long to be fetched holds up neither the other jobs nor the lease', async t => {
  const ward = await open(t)
  await submitted(ward)
  await ward.tick()
  await ward.finishWithResult(1, 'macmini', { 'a.txt': 'words' }, { txt: 'a.txt' })
  const { arrive } = await tickPastDownloads(t, ward, 1)
  await submitted(ward, { inputs: { url: `${url}?2` } })
  ward.advance(10_000)
  assert.equal((await ward.tick()).acts['sent'], 1)
  ward.advance(10_000)
  await ward.tick()
  assert.equal(
    (await new Supervisor(ward.supervision('two'), { say: () => undefined }).tick()).kind,
    'standby',
  )
  arrive()
  await ward.supervisor.close()
  assert.deepEqual([ward.states(), ward.broker.downloads], ['succeeded queued', 1])
})

test('A job that is cancelled while its file is sent does not go out, and its file does not stay', async t => {
  const ward = await open(t)
  await ward.tick()
  const { job, arrive } = await withKeptFile(ward)
  await ward.tick()
  assert.equal((await ward.queue.cancel(job.id)).kind, 'cancelled')
  arrive()
  await ward.supervisor.close()
  assert.deepEqual([ward.broker.uploads, ward.broker.files.size, ward.broker.dispatches.length], [1, 0, 0])
  assert.deepEqual(ward.said, [])
})

test('Jobs whose files are on their way take no room from those that can go, and each says what it waits for', async t => {
  const ward = await open(t)
  await ward.tick()
  const { arrive } = await withKeptFile(ward)
  for (let at = 1; at < 12; at += 1) await keepFile(ward, `talk ${at}`)
  await ward.queue.submit({ kind: 'transcribe', inputs: { url } })
  assert.equal((await ward.tick()).acts['sent'], 1)
  const reasons = ward.queue.list({ states: ['pending'] }).map(({ reason }) => reason)
  const told = Map.groupBy(reasons, reason => reason)
  assert.equal(told.get('its file is being sent')?.length, 4)
  assert.equal(told.get('held back: 4 files are being sent before it')?.length, 8)
  arrive()
  await ward.supervisor.settle()
})

test('Results that take long are fetched a few at once, and the others after them', async t => {
  const ward = await open(t)
  for (let run = 1; run <= 10; run++) {
    await submitted(ward, { inputs: { url: `${url}?${run}` } })
    await ward.finishWithResult(run, 'macmini', {}, {})
  }
  const { begun, arrive } = await tickPastDownloads(t, ward, 8)
  await ward.tick()
  assert.equal(begun(), 8)
  arrive()
  await ward.supervisor.settle()
  await ward.tick()
  assert.equal(ward.broker.downloads, 10)
})

test('A file that cannot be sent is told, and tried again at the next look', async t => {
  const ward = await open(t)
  await ward.tick()
  const { job, arrive } = await withKeptFile(ward)
  arrive()
  ward.broker.breaksUploads = true
  await ward.tick()
  await ward.supervisor.close()
  assert.match(ward.said.join(), /cannot be reached/)
  assert.match(ward.ledger.getJob(job.id)?.reason ?? '', /cannot be reached/)
  assert.equal(ward.supervisor.hasNews(), false)
  ward.broker.breaksUploads = false
  await ward.tick()
  await ward.supervisor.settle()
  await ward.tick()
  assert.equal(ward.ledger.getJob(job.id)?.state, 'queued')
})

test('A supervisor that ends does not wait for a file that takes long, and another takes over', async t => {
  const ward = await open(t)
  await ward.tick()
  const { arrive } = await withKeptFile(ward)
  await ward.tick()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const closed = ward.supervisor.close()
  t.mock.timers.tick(3_000)
  await closed
  const other = new Supervisor(ward.supervision('two'), { say: () => undefined })
  assert.equal(ward.supervisor.hasNews(), false)
  arrive()
  await ward.supervisor.settle()
  assert.equal((await other.tick()).kind, 'done')
})
