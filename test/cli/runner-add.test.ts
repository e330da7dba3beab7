import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type FakeMachine, makeFakeMachine } from '../support/fake-machine.ts'
import { until } from '../support/fleet.ts'
import { runRelayq } from '../support/relayq-process.ts'
import { putRunnerPackage } from '../support/runner-package.ts'
import { type HubFixture, startTestHub, testToken } from '../support/running-hub.ts'

const whoami = `on:
  workflow_dispatch: {}
jobs:
  whoami:
    runs-on: [self-hosted, rpi4]
    steps:
      - run: |
          echo "uid $(id -u) home $HOME"
          echo "relayq $(relayq --version)"
`

/** A machine, and a hub that has a package for it. */
async function desk(t: TestContext): Promise<{ machine: FakeMachine; hub: HubFixture; packages: string }> {
  const machine = makeFakeMachine(t)
  const packages = join(machine.folder, 'hub', 'runner-packages')
  mkdirSync(packages, { recursive: true })
  putRunnerPackage(packages, { version: '2.336.0' })
  const hub = await startTestHub(
    t,
    { '.github/workflows/whoami.yml': whoami },
    { stateDir: join(machine.folder, 'hub') },
  )
  return { machine, hub, packages }
}

function relayq(machine: FakeMachine, hub: HubFixture, args: readonly string[]) {
  const env = {
    ...machine.env,
    RELAYQ_API_URL: hub.hub.apiUrl,
    RELAYQ_TOKEN: testToken,
    GH_REPO: 'octo/queue',
  }
  return runRelayq(args, machine.folder, env)
}

test('runner add makes a machine a runner, and a job runs on it', async t => {
  const { machine, hub } = await desk(t)
  const added = await relayq(machine, hub, ['runner', 'add', 'rpi4', '--no-tools'])
  assert.equal(added.code, 0, added.stderr)
  assert.equal(added.stdout, 'rpi4\n')
  const answer = await hub.dispatch('whoami.yml', { ref: 'main', return_run_details: true })
  const { workflow_run_id: id } = (await answer.json()) as { workflow_run_id: number }
  const done = await until('the end of the run', async () => {
    const { body } = await hub.json(`/actions/runs/${id}`)
    return (body as { status: string }).status === 'completed' ? body : null
  })
  assert.equal((done as { conclusion: string }).conclusion, 'success')
})
