import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import type { HubOptions } from '../../src/hub/hub.ts'
import { temporaryFolder } from './git-repository.ts'
import type { TestJob } from './protocol-runner.ts'
import { type HubFixture, startTestHub } from './running-hub.ts'

export interface HostileHub extends HubFixture {
  readonly stateDir: string
  /** What the hub has told its operator. */
  readonly said: readonly string[]
  /** The status of a request with this token to any path of the hub. */
  ask(method: string, path: string, token: string | null, body?: string): Promise<number>
  /** The whole answer to bytes that no client library would send; the hub ends the connection. */
  exchange(bytes: string): Promise<string>
}

/** A hub whose state folder and whose words to its operator a test can see. */
export async function startHostileHub(
  t: TestContext,
  overrides: Partial<HubOptions> = {},
): Promise<HostileHub> {
  const stateDir = temporaryFolder(t)
  const said: string[] = []
  t.mock.method(process.stderr, 'write', (line: string) => said.push(line) > 0)
  const fixture = await startTestHub(t, undefined, { stateDir, ...overrides })
  const { url } = fixture.hub
  return {
    ...fixture,
    stateDir,
    said,
    ask: async (method, path, token, body) => {
      const headers = token === null ? {} : { Authorization: `Bearer ${token}` }
      const init = { method, headers, redirect: 'manual' as const, ...(body === undefined ? {} : { body }) }
      const answer = await fetch(url + path, init)
      await answer.arrayBuffer()
      return answer.status
    },
    exchange: async bytes => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      await once(socket, 'connect')
      socket.write(bytes)
      return await text(socket)
    },
  }
}

/** Another caller is answered as before. */
export async function assertUnharmed({ startEcho, request }: HubFixture): Promise<void> {
  const run = await startEcho('still here')
  assert.equal((await request(`/actions/runs/${run}`)).status, 200)
}

/** The operator hears of tokens that are none, and of nothing else. */
export function assertOnlyRefusalsTold({ said }: HostileHub): void {
  assert.deepEqual(
    said.filter(line => !line.startsWith('refused ')),
    [],
  )
}

/** A job of a run of its own, on a runner of its own. */
export async function startJob(hub: HubFixture, runner: string): Promise<TestJob> {
  await hub.startEcho(runner)
  return await (await hub.runner(runner, ['self-hosted', 'echo'])).takeJob()
}
