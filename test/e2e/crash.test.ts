import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { listMarked } from '../../src/base/process-tree.ts'
import { classifyFailure } from '../../src/model/classify.ts'
import type { WorkflowJob } from '../../src/model/run.ts'
import {
  childrenOf,
  startTestFleet,
  type TestFleet,
  until,
  untilCompleted,
  untilLogged,
} from '../support/fleet.ts'
import { hubTransitions, readHubStore } from '../support/hub-store.ts'

/** Says a line, leaves children in sessions of their own, and goes on until the gate file is there. */
const workflow = `
on:
  workflow_dispatch:
    inputs:
      gate: { required: true }
jobs:
  work:
    runs-on: [self-hosted, box]
    steps:
      - run: |
          setsid sleep 3600 &
          echo "the job has begun"
          until [ -e "$GATE" ]; do sleep 0.05; done
          echo "the job goes on"
        env:
          GATE: \${{ inputs.gate }}
`

interface Begun {
  readonly fleet: TestFleet
  readonly gate: string
  readonly runId: number
  readonly job: WorkflowJob
  readonly listener: number
  readonly worker: number
}

/** A job whose first output has come through the API. Nothing is killed before. */
async function begin(t: TestContext, leaseSeconds: number): Promise<Begun> {
  const fleet = await startTestFleet(t, { workflows: { 'crash.yml': workflow }, leaseSeconds })
  const gate = join(fleet.folder, 'gate')
  const runId = await fleet.start('crash.yml', { gate })
  const job = await untilLogged(fleet, runId, 'the job has begun')
  const listener = fleet.fleet.processes.get('box')?.pid ?? 0
  const [worker = 0] = childrenOf(listener)
  assert.ok(listener > 0 && worker > 0, 'listener and worker are processes of their own')
  assert.ok((await markedBy(fleet, job)).length >= 2, 'the step and its setsid child carry the marker')
  return { fleet, gate, runId, job, listener, worker }
}

/** How often the run, and its jobs, have ended. */
function terminalTransitions(fleet: TestFleet, runId: number): { jobs: number; runs: number } {
  const ends = hubTransitions(fleet).filter(one => one.runId === runId && one.state === 'completed')
  const runs = ends.filter(({ jobId }) => jobId === null).length
  return { jobs: ends.length - runs, runs }
}

/** In ms, by the hub's clock, which is that of this machine. */
function endedAt({ fleet, job }: Begun): number {
  const end = hubTransitions(fleet).find(one => one.jobId === job.id && one.state === 'completed')
  return end?.at ?? Number.NaN
}

/** The processes of the job: its guid is their marker. */
function markedBy(fleet: TestFleet, job: WorkflowJob): Promise<readonly number[]> {
  const row = readHubStore(fleet, store =>
    store.prepare('SELECT backend_id FROM job WHERE id = ?').get(job.id),
  )
  return listMarked({ name: 'RELAYQ_TRACKING_ID', value: String(row?.['backend_id']) })
}

async function assertFailedOnce(begun: Begun, annotation: RegExp): Promise<void> {
  const { fleet, runId, job } = begun
  const run = await untilCompleted(fleet, runId, 60_000)
  assert.equal(run.conclusion, 'failure')
  const [ended] = await fleet.broker.listJobs(runId)
  assert.equal(ended?.conclusion, 'failure')
  const annotations = await fleet.broker.listAnnotations(job.id)
  assert.deepEqual(
    annotations.map(({ level }) => level),
    ['failure'],
  )
  assert.match(annotations[0]?.message ?? '', annotation)
  const { conclusion } = run
  const signs = { conclusion, annotations, failedStep: null, errorCode: null, exitCode: null }
  assert.equal(classifyFailure(signs), 'lost_runner')
  await until('the end of every process of the job', async () =>
    (await markedBy(fleet, job)).length === 0 ? true : null,
  )
  assert.deepEqual(terminalTransitions(fleet, runId), { jobs: 1, runs: 1 })
}

/** The machine is good for more after the crash. */
async function assertNextJobRuns({ fleet, gate }: Begun): Promise<void> {
  writeFileSync(gate, '')
  const run = await untilCompleted(fleet, await fleet.start('crash.yml', { gate }), 30_000)
  assert.equal(run.conclusion, 'success')
}

test('a worker that is killed fails its job at once, told by its listener', { timeout: 60_000 }, async t => {
  const begun = await begin(t, 30)
  process.kill(begun.worker, 'SIGKILL')
  await assertFailedOnce(begun, /worker/i)
  await assertNextJobRuns(begun)
})

test('a listener that is killed takes its worker along, and the job is lost when its lease is over, not before', {
  timeout: 60_000,
}, async t => {
  const leaseSeconds = 2
  const begun = await begin(t, leaseSeconds)
  const killedAt = Date.now()
  process.kill(begun.listener, 'SIGKILL')
  await assertFailedOnce(begun, /lost communication/)
  const seconds = (endedAt(begun) - killedAt) / 1000
  // The hub looks each second; the rest is what a busy machine may take.
  assert.ok(seconds >= leaseSeconds && seconds < leaseSeconds + 4, `noticed after ${seconds} s`)
  await assertNextJobRuns(begun)
})

test('a hub that is killed comes back, and the running job goes on to its end', {
  timeout: 60_000,
}, async t => {
  const { fleet, gate, runId, job } = await begin(t, 5)
  const waiting = await fleet.start('crash.yml', { gate })
  const hub = fleet.fleet.processes.get('hub')?.pid ?? 0
  process.kill(hub, 'SIGKILL')
  await until('another hub process', () => {
    const now = fleet.fleet.processes.get('hub')?.pid
    return now !== undefined && now !== hub ? now : null
  })
  const back = await until('the hub’s answer', () => fleet.broker.getRun(runId).catch(() => null))
  assert.equal(back.status, 'in_progress')
  writeFileSync(gate, '')
  assert.equal((await untilCompleted(fleet, runId)).conclusion, 'success')
  assert.match((await fleet.broker.readJobLog(job.id)) ?? '', /the job has begun[\s\S]*the job goes on/)
  assert.deepEqual(await fleet.broker.listAnnotations(job.id), [])
  assert.deepEqual(terminalTransitions(fleet, runId), { jobs: 1, runs: 1 })
  assert.equal((await untilCompleted(fleet, waiting)).conclusion, 'success', 'the waiting run waited')
  assert.deepEqual(terminalTransitions(fleet, waiting), { jobs: 1, runs: 1 })
})

test('a dispatch that was answered survives the kill of the hub', { timeout: 60_000 }, async t => {
  const fleet = await startTestFleet(t, { workflows: { 'crash.yml': workflow } })
  const gate = join(fleet.folder, 'gate')
  writeFileSync(gate, '')
  const accepted: number[] = []
  for (let round = 0; round < 3; round += 1) {
    accepted.push(...(await Promise.all([1, 2, 3].map(() => fleet.start('crash.yml', { gate })))))
    const hub = fleet.fleet.processes.get('hub')?.pid ?? 0
    process.kill(hub, 'SIGKILL')
    await until('the hub’s answer', () =>
      fleet.fleet.processes.get('hub')?.pid === hub
        ? null
        : fleet.broker.getRun(accepted[0] ?? 0).catch(() => null),
    )
  }
  for (const runId of accepted) {
    assert.equal((await untilCompleted(fleet, runId, 40_000)).conclusion, 'success')
    assert.deepEqual(terminalTransitions(fleet, runId), { jobs: 1, runs: 1 })
  }
})
