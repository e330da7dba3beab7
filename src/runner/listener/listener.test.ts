import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ScriptedHub, scriptStep } from '../../../test/support/scripted-hub.ts'
import { type ListenerEnd, runListener } from './listener.ts'

interface Served {
  readonly hub: ScriptedHub
  readonly workDir: string
  readonly lines: string[]
  readonly stop: AbortController
  readonly cancelJob: AbortController
  readonly end: Promise<ListenerEnd>
}

/** A hub and a listener that serves it, both gone when the test is. */
async function serve(t: TestContext, { ephemeral = false, renewEveryMs = 30_000 } = {}): Promise<Served> {
  const hub = new ScriptedHub()
  await hub.listen()
  const workDir = await mkdtemp(join(tmpdir(), 'listener-'))
  const stop = new AbortController()
  const cancelJob = new AbortController()
  const lines: string[] = []
  const end = runListener(
    {
      jitConfig: hub.jitConfig({ ephemeral }),
      workDir,
      relayqBin: '/nonexistent',
      actions: 'offline',
      actionArchiveCache: null,
      passEnv: {},
      renewEveryMs,
      log: line => lines.push(line),
    },
    stop.signal,
    cancelJob.signal,
  )
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
