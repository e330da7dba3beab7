import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type FakeMachine, makeFakeMachine } from './fake-machine.ts'
import { until } from './fleet.ts'
import { type Front, startGitHubFront } from './github-front.ts'
import type { LentProgram } from './lent-program.ts'
import { type Ended, runRelayq } from './relayq-process.ts'
import { putRunnerPackage } from './runner-package.ts'
import { type HubFixture, startTestHub, testToken } from './running-hub.ts'

/** A job that says who and where it is. */
const whoami = `on:
  workflow_dispatch: {}
jobs:
  whoami:
    runs-on: [self-hosted, rpi4]
    steps:
      - run: |
          echo "uid $(id -u)" > "$HOME/said"
          relayq --version >> "$HOME/said"
`

export interface RunnerDesk {
  readonly machine: FakeMachine
  readonly hub: HubFixture
  /** The hub as if it were github.com: registration tokens, and config.sh. */
  readonly front: Front
  /** Where the broker takes its packages from. */
  readonly packages: string
  /** `relayq` on that machine, at the front; with `at` elsewhere. */
  relayq(
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly at?: string },
  ): Promise<Ended>
  readonly env: NodeJS.ProcessEnv
  /** Dispatches a job for label rpi4 and waits for its end; gives its conclusion. */
  runJob(): Promise<string>
  /** Of a runner at the broker; null: unknown. */
  statusOf(name: string): Promise<string | null>
}

/**
 * A machine without a runner, and a broker that has package 2.336.0 for it. With `lent` the copy of RelayQ is there
 * already for a runner rpi4.
 */
export async function makeRunnerDesk(t: TestContext, lent?: LentProgram): Promise<RunnerDesk> {
  const machine = makeFakeMachine(t)
  lent?.lendTo(machine.runners, 'rpi4')
  const packages = join(machine.folder, 'hub', 'runner-packages')
  mkdirSync(packages, { recursive: true })
  putRunnerPackage(packages, { version: '2.336.0' })
  const workflows = { '.github/workflows/whoami.yml': whoami }
  const hub = await startTestHub(t, workflows, { stateDir: join(machine.folder, 'hub') })
  const front = await startGitHubFront(t, hub)
  const env = { ...machine.env, GH_TOKEN: testToken, GH_REPO: 'octo/queue', RELAYQ_API_URL: front.apiUrl }
  return {
    ...{ machine, hub, front, packages, env },
    relayq: (args, { env: more = {}, at = front.apiUrl } = {}) =>
      runRelayq(args, machine.folder, { ...env, RELAYQ_API_URL: at, ...more }),
    runJob: async () => {
      const answer = await hub.dispatch('whoami.yml', { ref: 'main', return_run_details: true })
      const { workflow_run_id: id } = (await answer.json()) as { workflow_run_id: number }
      return await until(`the end of run ${id}`, async () => {
        const { body } = await hub.json(`/actions/runs/${id}`)
        return (body as { conclusion: string | null }).conclusion
      })
    },
    statusOf: async name => {
      const { body } = await hub.json(`/actions/runners?name=${name}`)
      return (body as { runners: { status: string }[] }).runners[0]?.status ?? null
    },
  }
}
