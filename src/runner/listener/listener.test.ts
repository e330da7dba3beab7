import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ScriptedHub, scriptStep } from '../../../test/support/scripted-hub.ts'
import { trackingVariable } from '../../protocol/worker-ipc.ts'
import { type ListenerEnd, type ListenerOptions, runListener } from './listener.ts'

interface Served {
  readonly hub: ScriptedHub
  readonly workDir: string
  readonly lines: string[]
  readonly stop: AbortController
  readonly cancelJob: AbortController
  readonly end: Promise<ListenerEnd>
}

function listenerOptions(
  hub: ScriptedHub,
  { workDir, ephemeral = false }: { readonly workDir: string; readonly ephemeral?: boolean },
): ListenerOptions {
  return {
    jitConfig: hub.jitConfig({ ephemeral }),
    workDir,
    relayqBin: '/nonexistent',
    actions: 'offline',
    actionArchiveCache: null,
    passEnv: {},
    log: () => {},
  }
}

/** A hub and a listener that serves it, both gone when the test is. */
async function serve(t: TestContext, { ephemeral = false, renewEveryMs = 30_000 } = {}): Promise<Served> {
  const hub = new ScriptedHub()
  await hub.listen()
  const workDir = await mkdtemp(join(tmpdir(), 'listener-'))
  const stop = new AbortController()
  const cancelJob = new AbortController()
  const lines: string[] = []
  const log = (line: string) => lines.push(line)
  const options = { ...listenerOptions(hub, { workDir, ephemeral }), renewEveryMs, log }
  const end = runListener(options, stop.signal, cancelJob.signal)
  t.after(async () => {
    stop.abort()
    cancelJob.abort()
    await end
    await hub.close()
    await rm(workDir, { recursive: true, force: true })
  })
  return { hub, workDir, lines, stop, cancelJob, end }
}

test('one echo step runs and is reported in the order of the protocol', async t => {
  const { hub, workDir, end } = await serve(t, { ephemeral: true })
  const step = scriptStep('echo hello from the step')
  hub.offer(hub.job([step]))

  const completion = await hub.completed()
  assert.equal(completion.conclusion, 'succeeded')
  assert.match(hub.log(step.id), /^hello from the step$/m)
  assert.equal(await end, 'ephemeral_done')
  const spine = hub.calls.map(call => call.name).filter(name => /session|acquire|renew|complete/.test(name))
  assert.deepEqual(spine, [
    'POST /b/session',
    'POST /r/acquirejob',
    'POST /r/renewjob',
    'POST /r/completejob',
    'DELETE /b/session',
  ])
  assert.deepEqual(await readdir(join(workDir, 'jobs')), [])
})

test('a job outlives a hub that is away and comes back', async t => {
  const { hub, workDir } = await serve(t, { renewEveryMs: 50 })
  const step = scriptStep(`echo before; until [ -e ${workDir}/go ]; do sleep 0.02; done; echo after`)
  hub.offer(hub.job([step]))
  await hub.until(() => (/^before$/m.test(hub.log(step.id)) ? true : undefined))
  await hub.close()
  await writeFile(join(workDir, 'go'), '')
  await hub.listen()
  const completion = await hub.completed()
  assert.equal(completion.conclusion, 'succeeded')
  assert.match(hub.log(step.id), /^before$[\s\S]*^after$/m)
  assert.equal(hub.completions.length, 1)
})

test('completejob and the logs are repeated until the hub takes them', async t => {
  const { hub } = await serve(t)
  const step = scriptStep('echo line')
  const refused = new Map<string, number>()
  hub.intercept = ({ name, query }) => {
    if (!/completejob|Metadata|StepsUpdate|blob/.test(name)) return null
    const kind = `${name} ${query.get('comp')}`
    const count = (refused.get(kind) ?? 0) + 1
    refused.set(kind, count)
    return count === 1 ? { status: 503 } : count === 2 ? 'drop' : null
  }
  hub.offer(hub.job([step]))
  await hub.completed()
  assert.match(hub.log(step.id), /^line$/m)
  assert.ok(hub.lineCounts.has(step.id))
  assert.equal(hub.steps.get(step.id)?.status, 6)
})

test('a lock that is gone cancels the worker', async t => {
  const { hub } = await serve(t, { renewEveryMs: 30 })
  const step = scriptStep('echo begun; sleep 300')
  hub.offer(hub.job([step]))
  await hub.until(() => (/^begun$/m.test(hub.log(step.id)) ? true : undefined))
  hub.intercept = ({ name }) => (/renewjob|completejob|twirp|blob/.test(name) ? { status: 404 } : null)
  // The runner is free again: it says so with its next poll.
  await hub.until(() => (lastPoll(hub) === 'Online' ? true : undefined))
  assert.deepEqual(hub.completions, [])
})

test('a cancellation from the hub reaches the job, and the poll says Busy while it runs', async t => {
  const { hub, lines, cancelJob } = await serve(t)
  const step = scriptStep('echo begun; sleep 300')
  const message = hub.job([step])
  hub.offer(message)
  await hub.until(() => (/^begun$/m.test(hub.log(step.id)) ? true : undefined))
  assert.equal(lastPoll(hub), 'Busy')
  hub.cancel(message.jobId)
  await hub.until(() => lines.some(line => line.endsWith('is being cancelled')) || undefined)
  cancelJob.abort()
  const { conclusion, annotations } = await hub.completed()
  assert.deepEqual(
    [conclusion, annotations],
    ['canceled', []],
    'the runner stops later, and is not the cause',
  )
})

test('a job that another runner got is let go, and the next one taken', async t => {
  const { hub } = await serve(t)
  let refusals = 0
  hub.intercept = ({ name }) => {
    if (name !== 'POST /r/acquirejob' || refusals > 0) return null
    refusals += 1
    return { status: 409, body: { source: 'actions-run-service', statusCode: 409, errorMessage: 'taken' } }
  }
  hub.offer(hub.job([scriptStep('echo first')]))
  await hub.until(() => (lastPoll(hub) === 'Busy' ? true : undefined))
  await hub.until(() => (lastPoll(hub) === 'Online' ? true : undefined))
  const second = scriptStep('echo second')
  hub.offer(hub.job([second]))
  await hub.completed()
  assert.match(hub.log(second.id), /^second$/m)
})

test('a session the hub has forgotten is opened anew', async t => {
  const { hub } = await serve(t)
  await hub.until(() => (lastPoll(hub) === 'Online' ? true : undefined))
  hub.forgetSession()
  const step = scriptStep('echo still here')
  hub.offer(hub.job([step]))
  await hub.completed()
  assert.equal(hub.calls.filter(call => call.name === 'POST /b/session').length, 2)
})

test('a runner the hub has removed stops', async t => {
  const hub = new ScriptedHub()
  await hub.listen()
  t.after(() => hub.close())
  hub.intercept = () => ({
    status: 404,
    body: {
      source: 'actions-broker-listener',
      statusCode: 404,
      errorKind: 'RunnerNotFound',
      errorMessage: '',
    },
  })
  const workDir = await mkdtemp(join(tmpdir(), 'listener-'))
  t.after(() => rm(workDir, { recursive: true, force: true }))
  const end = await runListener(listenerOptions(hub, { workDir }), new AbortController().signal)
  assert.equal(end, 'removed')
})

test('folders and processes that a killed listener left are cleared up by the next', async t => {
  const workDir = await mkdtemp(join(tmpdir(), 'listener-'))
  t.after(() => rm(workDir, { recursive: true, force: true }))
  await mkdir(join(workDir, 'jobs', 'old-job', 'deep'), { recursive: true })
  const left = spawn('sleep', ['300'], { env: { ...process.env, [trackingVariable]: 'old-job' } })
  const hub = new ScriptedHub()
  await hub.listen()
  t.after(() => hub.close())
  const stop = new AbortController()
  const end = runListener(listenerOptions(hub, { workDir }), stop.signal)
  await once(left, 'exit')
  await hub.until(() => (lastPoll(hub) === 'Online' ? true : undefined))
  assert.deepEqual(await readdir(join(workDir, 'jobs')), [])
  stop.abort()
  assert.equal(await end, 'stopped')
})

/** What the newest poll said of the runner. */
function lastPoll(hub: ScriptedHub): string | null {
  return hub.calls.findLast(call => call.name === 'GET /b/message')?.query.get('status') ?? null
}
