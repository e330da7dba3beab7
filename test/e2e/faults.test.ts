import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askFaults } from '../support/ask-faults.ts'
import { saidIn, startTestFleet, untilCompleted, untilLogged } from '../support/fleet.ts'

const workflow = `on: workflow_dispatch
jobs:
  talk:
    runs-on: [self-hosted, box]
    steps:
      - run: echo "=> once"
      - run: echo "=> summary" >> "$GITHUB_STEP_SUMMARY"
      - run: echo "=> last"
`

/** Every call that a runner makes for a job. */
const calls = ['/_services/broker/message', '/_services/run/acquirejob', '/twirp/*', '/_blobs/*'] as const

for (const kind of ['error_before', 'error_after', 'drop_before', 'drop_after'] as const) {
  test(`A runner whose calls meet ${kind} runs its job once, to the end, with its whole log`, async t => {
    const fleet = await startTestFleet(t, { workflows: { 'talk.yml': workflow } })
    await askFaults(fleet, [
      ...calls.map(path => ({ kind, path, times: 2 })),
      { kind, path: '/_services/run/completejob', times: 1 },
    ])
    const runId = await fleet.start('talk.yml')
    const { conclusion } = await untilCompleted(fleet, runId, 60_000)
    assert.equal(conclusion, 'success')
    const [job, ...others] = await fleet.broker.listJobs(runId)
    assert.ok(job && others.length === 0)
    const log = (await fleet.broker.readJobLog(job.id)) ?? ''
    assert.deepEqual(saidIn(log), ['once', 'last'])
    for (const { path, hits } of await askFaults(fleet)) assert.ok(hits > 0, `${path} was hit`)
    assert.ok(
      fleet.said.some(line => line.includes(`faults are on: ${kind}`)),
      'and its operator knows why',
    )
  })
}

const endless = `on: workflow_dispatch
jobs:
  wait:
    runs-on: [self-hosted, box]
    steps:
      - run: echo "=> began"; sleep 600
`

test('A cancellation that was lost on its way to the runner ends the job all the same', async t => {
  const fleet = await startTestFleet(t, { workflows: { 'endless.yml': endless } })
  // The poll that is open now brings the job; the next one would bring the cancellation.
  await askFaults(fleet, [{ kind: 'drop_after', path: '/_services/broker/message', times: 1 }])
  const runId = await fleet.start('endless.yml')
  await untilLogged(fleet, runId, '=> began')
  assert.equal(await fleet.broker.cancelRun(runId), 'accepted')
  assert.equal((await untilCompleted(fleet, runId)).conclusion, 'cancelled')
  assert.deepEqual(
    (await askFaults(fleet)).map(({ hits }) => hits),
    [1],
  )
})
