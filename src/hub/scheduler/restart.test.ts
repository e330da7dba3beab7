import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { openTestHub } from '../../../test/support/engine-hub.ts'
import { openEngine } from './engine.ts'

const oneJob = 'jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo\n'

test('after a restart waiting jobs wait, leased jobs go on, and runners need no new session', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const [leased, waiting] = [await hub.startRun(oneJob), await hub.startRun(oneJob)]
  const job = await runner.takeJob()
  hub.pass(29)
  await hub.restart()
  hub.pass(29)
  assert.equal(hub.engine.reader.getRun(leased.id)?.status, 'in_progress', 'a fresh lease')
  assert.equal((await job.complete('succeeded')).status, 200)
  await (await runner.takeJob()).complete('succeeded')
  assert.equal(hub.engine.reader.getRun(waiting.id)?.conclusion, 'success')
})

test('a runner that died while the hub was down is lost one lease after the restart', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(oneJob)
  await runner.takeJob()
  await hub.restart()
  hub.pass(30)
  assert.equal(hub.engine.reader.getRun(run.id)?.status, 'in_progress', 'counted from the first look')
  hub.pass(2)
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'failure')
})

const dispatcher = `
  const { openEngine } = await import(process.argv[1])
  const { parseWorkflow } = await import(process.argv[2])
  const repository = { owner: 'octo', name: 'queue', defaultBranch: 'main' }
  const urls = () => ({ base: 'http://x', server: 'http://x', api: 'http://x/api/v3' })
  const engine = openEngine({ stateDir: process.argv[3], clock: Date.now, leaseSeconds: 30, urls, repository })
  const workflow = await parseWorkflow('w.yml', ${JSON.stringify(`on: workflow_dispatch\n${oneJob}`)})
  const request = { workflow, ref: 'refs/heads/main', headSha: 'a', actor: 'octo', inputs: {} }
  for (;;) process.stdout.write(engine.startRun(request).id + '\\n')
`

test('a hub that is killed has every run it accepted', async t => {
  const stateDir = await mkdtemp(join(tmpdir(), 'relayq-kill-'))
  t.after(() => rm(stateDir, { recursive: true }))
  const modules = ['./engine.ts', '../../workflow/parse.ts'].map(path => new URL(path, import.meta.url).href)
  const child = spawn(process.execPath, ['--input-type=module', '-e', dispatcher, ...modules, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const accepted: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    accepted.push(Number(line))
    if (accepted.length === 50) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL')
  const engine = openEngine({
    stateDir,
    clock: Date.now,
    leaseSeconds: 30,
    urls: () => ({ base: '', server: '', api: '' }),
    repository: { owner: 'octo', name: 'queue', defaultBranch: 'main' },
  })
  t.after(() => engine.close())
  for (const id of accepted) {
    assert.equal(engine.reader.getRun(id)?.status, 'queued')
    assert.equal(engine.reader.listJobs(id, { page: 1, perPage: 1 }).items[0]?.status, 'queued')
  }
})
