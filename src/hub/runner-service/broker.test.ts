import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { openTestHub } from '../../../test/support/engine-hub.ts'
import { TestRunner } from '../../../test/support/protocol-runner.ts'

const oneJob = 'jobs:\n  a:\n    runs-on: [self-hosted, Audio]\n    steps:\n      - run: echo\n'

test('a poll that is open when a job comes gets it, if the labels fit without regard to case', async t => {
  const hub = await openTestHub(t)
  const [other, fitting] = [
    await hub.runner('pi', ['self-hosted']),
    await hub.runner('mac', ['SELF-HOSTED', 'audio']),
  ]
  const idle = other.poll()
  await hub.polled()
  const offered = fitting.poll()
  await hub.polled()
  await hub.startRun(oneJob)
  assert.equal((await offered).status, 200)
  await other.closeSession()
  assert.equal((await idle).status, 204)
})

test('of two listeners that ask for the same job, one gets it and the other a conflict', async t => {
  const hub = await openTestHub(t)
  const [one, two] = [
    await hub.runner('one', ['self-hosted', 'audio']),
    await hub.runner('two', ['self-hosted', 'audio']),
  ]
  const run = await hub.startRun(oneJob)
  const offer = await one.nextOffer()
  const answers = await Promise.all([one.acquire(offer), two.acquire(offer)])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409])
  const loser = answers.find(({ status }) => status === 409)
  assert.deepEqual(loser?.body, {
    source: 'actions-run-service',
    statusCode: 409,
    errorMessage: 'The job is not for this runner to take.',
  })
  assert.equal(hub.transitions(run.id, 'in_progress'), 2, 'the job once, the run once')
})

test('a runner whose acquisition was answered to nobody asks again and gets the same message', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('one', ['self-hosted', 'audio'])
  await hub.startRun(oneJob)
  const offer = await runner.nextOffer()
  assert.deepEqual(await runner.acquire(offer), await runner.acquire(offer))
})

test('a runner takes neither a job without its labels nor a second one', async t => {
  const hub = await openTestHub(t)
  const [wrong, right] = [
    await hub.runner('wrong', ['light']),
    await hub.runner('right', ['self-hosted', 'audio']),
  ]
  await hub.startRun(oneJob)
  await hub.startRun(oneJob)
  const offer = await right.nextOffer()
  assert.equal((await wrong.acquire(offer)).status, 409)
  assert.equal((await right.acquire(offer)).status, 200)
  const next = hub.engine.reader.listJobs(2, { page: 1, perPage: 1 }).items[0]
  assert.equal((await right.acquire({ ...offer, runner_request_id: next?.backendId ?? '' })).status, 409)
  assert.equal((await right.acquire({ ...offer, runner_request_id: 'nonsense' })).status, 404)
})

test('an offer that is not taken within a minute is made to the next runner', async t => {
  const hub = await openTestHub(t)
  const [dead, alive] = [
    await hub.runner('dead', ['self-hosted', 'audio']),
    await hub.runner('alive', ['self-hosted', 'audio']),
  ]
  await hub.startRun(oneJob)
  await dead.nextOffer()
  const waiting = alive.nextOffer()
  await hub.polled()
  hub.pass(60)
  assert.equal((await alive.acquire(await waiting)).status, 200)
})

test('a poll that is cut off while the offer is on its way loses nothing', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('one', ['self-hosted', 'audio'])
  const abort = new AbortController()
  const cut = runner.poll({ signal: abort.signal }).catch((error: unknown) => error)
  const run = await hub.startRun(oneJob)
  abort.abort()
  await cut
  const job = await runner.takeJob()
  assert.equal(job.message.jobName, 'a')
  assert.equal(hub.transitions(run.id, 'in_progress'), 2)
})

test('a runner that hangs up is not offered what comes later', async t => {
  const hub = await openTestHub(t)
  const [gone, here] = [
    await hub.runner('gone', ['self-hosted', 'audio']),
    await hub.runner('here', ['self-hosted', 'audio']),
  ]
  const socket = request(`${hub.base}/_services/broker/message?${gone.pollQuery()}`, {
    headers: { authorization: `Bearer ${gone.token}` },
  })
  socket.on('error', () => {})
  socket.end()
  await hub.polled()
  socket.destroy()
  const waiting = here.nextOffer()
  await hub.polled()
  await hub.startRun(oneJob)
  // Whether the hub had noticed by then or not: nobody but `here` can take it, and a minute is the longest it waits.
  hub.pass(61)
  assert.equal((await here.acquire(await waiting)).status, 200)
})

test('a busy runner is sent cancellations only, again until its job has ended', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('one', ['self-hosted', 'audio'])
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  await hub.startRun(oneJob)
  const poll = runner.poll({ busy: true })
  hub.engine.cancelRun(run.id)
  const expected = { jobId: job.message.jobId, timeout: '00:05:00' }
  const { body } = await poll
  assert.equal((body as { messageType: string }).messageType, 'JobCancellation')
  assert.deepEqual(JSON.parse((body as { body: string }).body), expected)
  const again = runner.poll({ busy: true })
  await hub.polled()
  hub.pass(3)
  assert.equal((await again).status, 200)
  await job.complete('canceled')
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'cancelled')
})

test('a session in use is not given to another process; one that nobody polls is', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('one', ['x'])
  const poll = runner.poll()
  await hub.polled()
  const rival = runner.twin()
  const refused = await rival.openSession('elsewhere (PID: 2)')
  assert.equal(refused.status, 409)
  await runner.closeSession()
  assert.equal((await poll).status, 204)
  assert.equal((await rival.openSession('elsewhere (PID: 2)')).status, 200)
  assert.deepEqual((await runner.poll()).body, {
    source: 'actions-broker-listener',
    statusCode: 400,
    errorMessage: 'This session does not exist (any more).',
    errorKind: 'RunnerSessionInvalid',
  })
})

test('a runner that was removed, or never was one, is told so in the words that make it stop', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('one', ['x'])
  const poll = runner.poll()
  await hub.polled()
  assert.equal(hub.engine.removeRunner(runner.id), true)
  assert.equal((await poll).status, 204)
  const { status, body } = await runner.poll()
  assert.equal(status, 404)
  assert.equal((body as { errorKind: string }).errorKind, 'RunnerNotFound')
  assert.equal(hub.engine.removeRunner(runner.id), false)
  const stranger = new TestRunner(hub.base, 9, 'rqr_guess')
  assert.equal((await stranger.poll()).status, 404)
  assert.equal((await stranger.acquire({ runner_request_id: 'x' })).status, 401)
})

test('an ephemeral runner is forgotten with its job, and its last call is no error', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('once', ['self-hosted', 'audio'], { ephemeral: true })
  await hub.startRun(oneJob)
  await (await runner.takeJob()).complete('succeeded')
  assert.equal(hub.engine.reader.getRunner(runner.id), null)
  assert.equal((await runner.closeSession()).status, 204)
})

test('a name is taken while its runner is online, and free as soon as it closes its session', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('mac', ['x'])
  const poll = runner.poll()
  await hub.polled()
  const request = { name: 'MAC', labels: ['x'], ephemeral: false, workFolder: '_work' }
  assert.equal(hub.engine.registerRunner(request), 'name_taken')
  await runner.closeSession()
  await poll
  assert.equal(hub.engine.reader.getRunner(runner.id)?.online, false)
  assert.notEqual(hub.engine.registerRunner(request), 'name_taken')
  assert.equal((await runner.poll()).status, 404, 'the token of the one before is void')
})

test('what runners send is not trusted: nonsense is refused and changes nothing', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('one', ['self-hosted', 'audio'])
  const run = await hub.startRun(oneJob)
  const job = await runner.takeJob()
  const send = (path: string, token: string, body: string) =>
    fetch(`${hub.base}/_services/${path}`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${token}` },
    })
  assert.equal((await send('run/completejob', job.token, '{"conclusion": "splendid"}')).status, 422)
  assert.equal((await send('run/completejob', job.token, '{nonsense')).status, 422)
  const other = JSON.stringify({ planId: 'x', jobId: 'another', conclusion: 'succeeded' })
  assert.equal((await send('run/completejob', job.token, other)).status, 401)
  assert.equal((await send('run/completejob', runner.token, other)).status, 401)
  const [header, , signature] = job.token.split('.')
  const claims = Buffer.from('{"scp":"Actions.Results:a:b"}').toString('base64url')
  assert.equal((await send('run/renewjob', `${header}.${claims}.${signature}`, '{}')).status, 401)
  assert.equal((await send('broker/session', runner.token, '[]')).status, 400)
  assert.equal(hub.engine.reader.getRun(run.id)?.status, 'in_progress')
})
