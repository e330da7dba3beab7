import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalFleet } from '../../src/cli/fleet/local-fleet.ts'
import type { RunnerSpec } from '../../src/cli/fleet/runner-spec.ts'
import { GitHubBroker } from '../../src/github/broker.ts'
import { GitHubClient } from '../../src/github/client.ts'

export const root = join(import.meta.dirname, '../..')

export interface BenchFleet extends AsyncDisposable {
  readonly folder: string
  readonly fleet: LocalFleet
  readonly client: GitHubClient
  readonly broker: GitHubBroker
  /** For programs of the measurement: a home, a state and a configuration of their own, and the compile cache. */
  readonly env: NodeJS.ProcessEnv
}

/** Hub and runners as `relayq up` starts them, serving `repositoryPath`, with all state in a temporary folder. */
export async function startFleet(options: {
  readonly repositoryPath: string
  readonly runners: readonly RunnerSpec[]
  readonly latencyMs?: number
}): Promise<BenchFleet> {
  const folder = mkdtempSync(join(tmpdir(), 'relayq-bench-'))
  const config = join(folder, 'config')
  mkdirSync(config, { mode: 0o700 })
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    RELAYQ_CONFIG_HOME: config,
    NODE_COMPILE_CACHE: join(tmpdir(), 'relayq-bench-compile-cache'),
  }
  const fleet = await LocalFleet.start({
    stateDir: join(folder, 'fleet'),
    host: '127.0.0.1',
    port: 0,
    leaseSeconds: 30,
    latencyMs: 0,
    actions: 'offline',
    actionArchiveCache: null,
    env,
    passEnv: { RELAYQ_CONFIG_HOME: config },
    log: () => {},
    ...options,
  })
  const { apiUrl, token, repository } = fleet.hub
  const client = new GitHubClient({ apiUrl, token, owner: repository.owner, repo: repository.name })
  return {
    folder,
    fleet,
    client,
    broker: new GitHubBroker(client, { description: 'the hub' }),
    env,
    async [Symbol.asyncDispose]() {
      client.close()
      await fleet.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
