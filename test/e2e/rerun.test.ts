import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startTestFleet, type TestFleet, untilCompleted, untilLogged } from '../support/fleet.ts'

const flaky = `
on: workflow_dispatch
jobs:
  make:
    runs-on: [self-hosted, box]
    outputs: { made: "\${{ steps.make.outputs.made }}" }
    steps:
      - id: make
        run: echo "made=in attempt $GITHUB_RUN_ATTEMPT" >> "$GITHUB_OUTPUT"
  check:
    needs: make
    runs-on: [self-hosted, box]
    steps:
      - run: |
          echo "::debug::heard"
          echo "$MADE, checked in attempt \${{ github.run_attempt }}"
          test "$GITHUB_RUN_ATTEMPT" = 2
        env:
          MADE: \${{ needs.make.outputs.made }}
`

/** A plain cancellation would let its second job go on. */
const stubborn = `
on: workflow_dispatch
jobs:
  work:
    runs-on: [self-hosted, box]
    steps:
      - run: |
          echo "the job has begun"
          sleep 3600
  after:
    needs: work
    if: always()
    runs-on: [self-hosted, box]
    steps: [{run: echo}]
`

async function act(fleet: TestFleet, path: string, body: object = {}): Promise<void> {
  const { apiUrl, token, repository } = fleet.fleet.hub
  const answer = await fetch(`${apiUrl}/repos/${repository.owner}/${repository.name}/actions${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${token}` },
  })
  assert.ok(answer.ok, `${path} answered ${answer.status}`)
}

test('A failed job run again gets the outputs of the job that was kept, and a forced one leaves its runner', async t => {
  const fleet = await startTestFleet(t, { workflows: { 'flaky.yml': flaky, 'stubborn.yml': stubborn } })
  const run = await fleet.start('flaky.yml')
  assert.equal((await untilCompleted(fleet, run)).conclusion, 'failure')
  await act(fleet, `/runs/${run}/rerun-failed-jobs`, { enable_debug_logging: true })
  assert.equal((await untilCompleted(fleet, run)).conclusion, 'success')
  const [, check] = await fleet.broker.listJobs(run)
  const log = (await fleet.broker.readJobLog(check?.id ?? 0)) ?? ''
  assert.match(log, /in attempt 1, checked in attempt 2/)
  assert.match(log, /heard/)

  const forced = await fleet.start('stubborn.yml')
  await untilLogged(fleet, forced, 'the job has begun')
  await act(fleet, `/runs/${forced}/force-cancel`)
  assert.equal((await untilCompleted(fleet, forced)).conclusion, 'cancelled')
  await act(fleet, `/runs/${run}/rerun`)
  await untilCompleted(fleet, run)
})
