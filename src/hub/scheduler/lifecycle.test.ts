import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestHub, type TestHub } from '../../../test/support/engine-hub.ts'

const step = '    runs-on: x\n    steps:\n      - run: echo\n'

test('a job waits for its needs, gets their outputs, and is skipped when one of them failed', async t => {
  const hub = await openTestHub(t)
  const yaml = `jobs:\n  a:\n${step}  b:\n    needs: a\n${step}  c:\n    needs: b\n${step}  d:\n    needs: [b]\n    if: always()\n${step}`
  const run = await hub.startRun(yaml)
  const runner = await hub.runner('r', ['x'])
  assert.deepEqual(jobs(hub, run.id), { a: 'queued' })
  await (await runner.takeJob()).complete('succeeded', { outputs: { colour: { value: 'red' } } })
  const b = await runner.takeJob()
  assert.deepEqual(b.message.contextData['needs'], {
    t: 2,
    d: [
      {
        k: 'a',
        v: {
          t: 2,
          d: [
            { k: 'result', v: 'success' },
            { k: 'outputs', v: { t: 2, d: [{ k: 'colour', v: 'red' }] } },
          ],
        },
      },
    ],
  })
  await b.complete('failed')
  assert.deepEqual(jobs(hub, run.id), { a: 'success', b: 'failure', c: 'skipped', d: 'queued' })
  await (await runner.takeJob()).complete('succeeded')
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'failure')
})

test('an `if` and a `runs-on` that cannot be evaluated end the job, not the hub', async t => {
  const hub = await openTestHub(t)
  const run = await hub.startRun(
    `jobs:\n  a:\n    runs-on: \${{ fromJSON('nonsense') }}\n    steps:\n      - run: echo\n`,
  )
  assert.deepEqual(jobs(hub, run.id), { a: 'failure' })
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'failure')
  const [annotation] = hub.engine.reader.listAnnotations(jobId(hub, run.id, 'a'))
  assert.match(annotation?.message ?? '', /nonsense/)
})

test('a failed instance of a matrix cancels its siblings, waiting and running ones, unless fail-fast is off', async t => {
  const hub = await openTestHub(t)
  const runners = [await hub.runner('r1', ['x']), await hub.runner('r2', ['x'])] as const
  const run = await hub.startRun(`jobs:\n  m:\n    strategy: { matrix: { n: [1, 2, 3] } }\n${step}`)
  const [first, second] = [await runners[0].takeJob(), await runners[1].takeJob()]
  await first.complete('failed')
  assert.deepEqual(jobs(hub, run.id), { 'm (1)': 'failure', 'm (2)': 'in_progress', 'm (3)': 'cancelled' })
  const { body } = await runners[1].poll({ busy: true })
  assert.match(JSON.stringify(body), /JobCancellation/)
  await second.complete('canceled')
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'failure')

  const slow = await hub.startRun(
    `jobs:\n  m:\n    strategy: { fail-fast: false, matrix: { n: [1, 2] } }\n${step}`,
  )
  await (await runners[0].takeJob()).complete('failed')
  assert.deepEqual(jobs(hub, slow.id), { 'm (1)': 'failure', 'm (2)': 'queued' })
})

test('max-parallel offers no more instances at once than it says', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(
    `jobs:\n  m:\n    strategy: { max-parallel: 1, matrix: { n: [1, 2] } }\n${step}`,
  )
  assert.deepEqual(jobs(hub, run.id), { 'm (1)': 'queued', 'm (2)': 'waiting' })
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(jobs(hub, run.id), { 'm (1)': 'success', 'm (2)': 'queued' })
})

test('a failure under continue-on-error fails neither the run nor those that need it', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(
    `jobs:\n  a:\n    continue-on-error: true\n${step}  b:\n    needs: a\n${step}`,
  )
  await (await runner.takeJob()).complete('failed')
  await (await runner.takeJob()).complete('succeeded')
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'success')
})

test('of the runs of a concurrency group one runs, the newest waits, and the one between gives way', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const yaml = (group: string) => `concurrency: ${group}\njobs:\n  a:\n${step}`
  const [first, second, third] = [
    await hub.startRun(yaml('g')),
    await hub.startRun(yaml('G')),
    await hub.startRun(yaml('g')),
  ]
  assert.deepEqual(statuses(hub, first.id, second.id, third.id), ['queued', 'cancelled', 'pending'])
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(statuses(hub, first.id, third.id), ['success', 'queued'])
})

test('cancel-in-progress ends the active run, and the new one starts when that is over', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const yaml = `concurrency: { group: g, cancel-in-progress: true }\njobs:\n  a:\n${step}`
  const first = await hub.startRun(yaml)
  const job = await runner.takeJob()
  const second = await hub.startRun(yaml)
  assert.deepEqual(statuses(hub, first.id, second.id), ['in_progress', 'pending'])
  await job.complete('canceled')
  assert.deepEqual(statuses(hub, first.id, second.id), ['cancelled', 'queued'])
  const third = await hub.startRun(yaml)
  assert.deepEqual(
    statuses(hub, second.id, third.id),
    ['cancelled', 'queued'],
    'what nobody has taken ends at once',
  )
})

test('with queue: max all wait in turn, and the 101st is cancelled', async t => {
  const hub = await openTestHub(t)
  const yaml = `concurrency: { group: g, queue: max }\njobs:\n  a:\n${step}`
  const runs = []
  for (let n = 0; n < 102; n += 1) runs.push(await hub.startRun(yaml))
  const seen = statuses(hub, ...runs.map(run => run.id))
  assert.deepEqual([seen[0], seen[1], seen[100], seen[101]], ['queued', 'pending', 'pending', 'cancelled'])
})

test('jobs of different runs share a concurrency group', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const yaml = `jobs:\n  a:\n    concurrency: machine\n${step}`
  const [first, second] = [await hub.startRun(yaml), await hub.startRun(yaml)]
  assert.deepEqual(jobs(hub, second.id), { a: 'pending' })
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(jobs(hub, second.id), { a: 'queued' })
  assert.equal(hub.engine.reader.getRun(first.id)?.status, 'completed')
})

test('a job in the group of its own run is cancelled, as it could never start', async t => {
  const hub = await openTestHub(t)
  const run = await hub.startRun(`concurrency: g\njobs:\n  a:\n    concurrency: g\n${step}`)
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'cancelled')
})

test('cancelling a run ends what waits, tells what runs, and leaves jobs with always() alone', async t => {
  const hub = await openTestHub(t)
  const runner = await hub.runner('r', ['x'])
  const run = await hub.startRun(
    `jobs:\n  a:\n${step}  b:\n${step}  c:\n    if: always()\n${step}  d:\n    needs: a\n${step}`,
  )
  const job = await runner.takeJob()
  assert.equal(hub.engine.cancelRun(run.id), 'accepted')
  assert.deepEqual(jobs(hub, run.id), { a: 'in_progress', b: 'cancelled', c: 'queued' })
  await job.complete('canceled')
  await (await runner.takeJob()).complete('succeeded')
  assert.deepEqual(jobs(hub, run.id), { a: 'cancelled', b: 'cancelled', c: 'success', d: 'skipped' })
  assert.equal(hub.engine.reader.getRun(run.id)?.conclusion, 'cancelled')
  assert.equal(hub.engine.cancelRun(run.id), 'already_finished')
  assert.equal(hub.engine.cancelRun(99), 'not_found')
})

test('a run is named by its run-name, numbered per workflow, and refused when it cannot be planned', async t => {
  const hub = await openTestHub(t)
  const yaml = `run-name: "Do it [\${{ inputs.relayq_id }}]"\njobs:\n  a:\n`
  const run = await hub.startRun(`${yaml}${step}`, { relayq_id: 'abc.1' })
  assert.deepEqual([run.title, run.runNumber, run.headBranch], ['Do it [abc.1]', 1, 'main'])
  await assert.rejects(hub.startRun(`concurrency: "\${{ inputs.nothing }}"\njobs:\n  a:\n${step}`))
  assert.equal(
    hub.engine.reader.listRuns({}, { page: 1, perPage: 10 }).totalCount,
    1,
    'a refused run leaves no trace',
  )
})

function jobs(hub: TestHub, runId: number): Record<string, string> {
  const { items } = hub.engine.reader.listJobs(runId, { page: 1, perPage: 100 })
  return Object.fromEntries(items.map(job => [job.name, job.conclusion ?? job.status]))
}

function jobId(hub: TestHub, runId: number, name: string): number {
  const { items } = hub.engine.reader.listJobs(runId, { page: 1, perPage: 100 })
  return items.find(job => job.name === name)?.id ?? 0
}

function statuses(hub: TestHub, ...runIds: readonly number[]): (string | undefined)[] {
  return runIds.map(id => {
    const run = hub.engine.reader.getRun(id)
    return run?.conclusion ?? run?.status
  })
}
