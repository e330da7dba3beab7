import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { ScriptedHub, scriptStep } from '../../../test/support/scripted-hub.ts'
import { identifyProcess } from '../../base/process-identity.ts'
import { listMarked } from '../../base/process-tree.ts'
import { runnerStopped } from '../../model/runner-stopped.ts'
import { trackingVariable } from '../../protocol/worker-ipc.ts'

interface Process {
  readonly hub: ScriptedHub
  readonly listener: ChildProcess
  readonly workDir: string
  readonly stderr: () => string
}

/** The listener as users run it: a process, its options on stdin. */
async function start(t: TestContext, { ephemeral = false } = {}): Promise<Process> {
  const hub = new ScriptedHub()
  await hub.listen()
  const workDir = await mkdtemp(join(tmpdir(), 'listener-'))
  const listener = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let said = ''
  listener.stderr.on('data', chunk => {
    said += chunk
  })
  const options = {
    jitConfig: hub.jitConfig({ ephemeral }),
    workDir,
    relayqBin: '/nonexistent',
    actions: 'offline',
    actionArchiveCache: null,
    passEnv: {},
  }
  listener.stdin.write(`${JSON.stringify(options)}\n`)
  t.after(async () => {
    if (listener.exitCode === null && listener.signalCode === null) {
      listener.kill('SIGKILL')
      await once(listener, 'exit')
    }
    await hub.close()
    await rm(workDir, { recursive: true, force: true })
  })
  return { hub, listener, workDir, stderr: () => said }
}

/** A job that prints `pid <worker>`, leaves a process in a session of its own, and then runs until it is ended. */
async function startLongJob({ hub }: Process) {
  const step = scriptStep('setsid sleep 300 & echo "pid $PPID"; sleep 300')
  const message = hub.job([step])
  hub.offer(message)
  const workerPid = await hub.until(() => /^pid (\d+)$/m.exec(hub.log(step.id))?.[1])
  return { step, message, workerPid: Number(workerPid) }
}

test('TERM lets a running job finish, ends the session, and the process exits 0', async t => {
  const started = await start(t)
  const { hub, listener, workDir } = started
  const step = scriptStep(`echo begun; until [ -e ${workDir}/go ]; do sleep 0.02; done`)
  hub.offer(hub.job([step]))
  await hub.until(() => (/^begun$/m.test(hub.log(step.id)) ? true : undefined))
  listener.kill('SIGTERM')
  await writeFile(join(workDir, 'go'), '')
  const [code] = await once(listener, 'exit')
  assert.equal(code, 0)
  assert.equal(hub.completions[0]?.conclusion, 'succeeded')
  assert.equal(hub.calls.at(-1)?.name, 'DELETE /b/session')
})

test('a second TERM cancels the job, and says that it was the runner which stopped', async t => {
  const started = await start(t)
  const { hub, listener } = started
  await startLongJob(started)
  listener.kill('SIGTERM')
  // The second one must be seen as a second one: the first has arrived when the poll was issued anew.
  const polls = hub.calls.filter(call => call.name === 'GET /b/message').length
  await hub.until(() =>
    hub.calls.filter(call => call.name === 'GET /b/message').length > polls ? true : undefined,
  )
  listener.kill('SIGTERM')
  const [code] = await once(listener, 'exit')
  assert.equal(code, 0)
  const [end] = hub.completions
  assert.equal(end?.conclusion, 'canceled')
  assert.deepEqual(
    end?.annotations.map(({ level, message }) => [level, message]),
    [['failure', runnerStopped]],
  )
})

test('a worker that is killed is reported as failed, with one annotation, and leaves no process', async t => {
  const started = await start(t, { ephemeral: true })
  const { hub, listener, workDir } = started
  const { message, workerPid } = await startLongJob(started)
  process.kill(workerPid, 'SIGKILL')
  const completion = await hub.completed()
  assert.equal(completion.conclusion, 'failed')
  assert.equal(completion.annotations.length, 1)
  assert.match(
    completion.annotations[0]?.message ?? '',
    /worker of this job ended without a report \(SIGKILL\)/,
  )
  assert.deepEqual(await listMarked({ name: trackingVariable, value: message.jobId }), [])
  await once(listener, 'exit')
  assert.equal(hub.completions.length, 1)
  assert.equal(existsSync(join(workDir, 'jobs', message.jobId)), false)
})

test('when the listener is killed its worker ends everything and reports nothing', async t => {
  const started = await start(t)
  const { hub, listener } = started
  const { message, workerPid } = await startLongJob(started)
  listener.kill('SIGKILL')
  await once(listener, 'exit')
  await gone(workerPid)
  assert.deepEqual(await listMarked({ name: trackingVariable, value: message.jobId }), [])
  assert.deepEqual(hub.completions, [])
})

test('an unusable configuration is one sentence and exit code 1, without the token in it', async t => {
  const listener = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  t.after(() => listener.kill())
  let said = ''
  listener.stderr.on('data', chunk => {
    said += chunk
  })
  listener.stdin.end(
    `${JSON.stringify({ jitConfig: Buffer.from('{"secret":1}').toString('base64'), workDir: '/x', relayqBin: '/x', passEnv: {} })}\n`,
  )
  const [code] = await once(listener, 'exit')
  assert.equal(code, 1)
  assert.match(said, /^The runner's JIT configuration cannot be used: .+\.\n$/)
  assert.doesNotMatch(said, /secret/)
})

/** The end of a process that is not our child cannot be awaited, only asked for; bounded. */
async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + 10_000
  while (identifyProcess(pid) !== null) {
    assert.ok(performance.now() < deadline, `process ${pid} still runs`)
    await delay(10)
  }
}
