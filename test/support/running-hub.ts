import { type HubOptions, type RunningHub, startHub } from '../../src/hub/hub.ts'
import type { RunnerRecord } from '../../src/hub/store/records.ts'
import type { RunnerCredentials } from '../../src/protocol/runner-api.ts'
import {
  type Cleanup,
  type Files,
  type GitFixture,
  makeGitRepository,
  temporaryFolder,
} from './git-repository.ts'
import { type TestJob, TestRunner } from './protocol-runner.ts'

export const testToken = 'token-of-the-owner'

export const echoWorkflow = `name: Echo
run-name: Echo \${{ inputs.text }}
on:
  workflow_dispatch:
    inputs:
      text:
        required: true
      times:
        type: number
        default: 1
permissions:
  contents: read
jobs:
  echo:
    runs-on: [self-hosted, echo]
    steps:
      - run: echo "$TEXT"
        env:
          TEXT: \${{ inputs.text }}
`

export interface HubFixture {
  readonly hub: RunningHub
  readonly repository: GitFixture
  /** A request with the owner's token (unless `init` says otherwise) to a path below `/repos/{owner}/{repo}`. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** The same, parsed; `status` beside the body. */
  json(path: string, init?: RequestInit): Promise<{ readonly status: number; readonly body: unknown }>
  dispatch(workflow: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Dispatches echo.yml and gives the run's id. */
  startEcho(text: string): Promise<number>
  /** A scripted runner that was registered through REST. */
  runner(name: string, labels: readonly string[]): Promise<TestRunner>
}

/** Any free port, a state folder and the repository octo/queue of `files`; both are gone after the test. */
export function testHubOptions(
  t: Cleanup,
  files: Files = { '.github/workflows/echo.yml': echoWorkflow },
): { readonly repository: GitFixture; readonly options: HubOptions } {
  const repository = makeGitRepository(t, files)
  repository.git('remote', 'add', 'origin', 'https://github.com/octo/queue.git')
  const options = {
    stateDir: temporaryFolder(t),
    repositoryPath: repository.path,
    host: '127.0.0.1',
    port: 0,
    token: testToken,
    leaseSeconds: 30,
    latencyMs: 0,
  }
  return { repository, options }
}

/** A hub of `testHubOptions`, in this process. */
export async function startTestHub(
  t: Cleanup,
  files?: Files,
  overrides: Partial<HubOptions> = {},
): Promise<HubFixture> {
  const { repository, options } = testHubOptions(t, files)
  const hub = await startHub({ ...options, ...overrides })
  t.after(() => hub.close())
  const request = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(`${hub.apiUrl}/repos/octo/queue${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${testToken}`, ...init.headers },
    })
  const post = async (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    await request(path, { method: 'POST', body: JSON.stringify(body), headers })
  const dispatch = async (workflow: string, body: object, headers = {}): Promise<Response> =>
    await post(`/actions/workflows/${workflow}/dispatches`, body, headers)
  return {
    hub,
    repository,
    request,
    dispatch,
    async json(path, init) {
      const answer = await request(path, init)
      return { status: answer.status, body: await answer.json() }
    },
    async startEcho(text) {
      const answer = await dispatch('echo.yml', { ref: 'main', inputs: { text }, return_run_details: true })
      return ((await answer.json()) as { workflow_run_id: number }).workflow_run_id
    },
    async runner(name, labels) {
      const answer = await post('/actions/runners/generate-jitconfig', { name, runner_group_id: 1, labels })
      const registered = (await answer.json()) as { runner: RunnerRecord; encoded_jit_config: string }
      const token = tokenOf(registered.encoded_jit_config)
      const engine = { registerRunner: () => ({ runner: registered.runner, token }) }
      return await TestRunner.open({ engine, base: hub.url, name, labels })
    },
  }
}

/** A job that runs, on a runner of its own, in a workflow with these permissions, which is committed for it. */
export async function startPermittedJob(hub: HubFixture, permissions: string): Promise<TestJob> {
  const text = `on: {workflow_dispatch: {inputs: {text: {}}}}
permissions: ${permissions}
jobs: {echo: {runs-on: [self-hosted, echo], steps: [{run: 'true'}]}}
`
  hub.repository.commit({ '.github/workflows/echo.yml': text })
  const run = await hub.startEcho('x')
  return await (await hub.runner(`box-${run}`, ['self-hosted', 'echo'])).takeJob()
}

/** A token that the owner has made for others. */
export async function tokenWithScope(hub: Pick<HubFixture, 'hub'>, scope: string): Promise<string> {
  return await makeToken(hub, { name: scope, scope })
}

/** A fine-grained one: `{ actions: 'write' }`. */
export async function tokenWithPermissions(
  hub: Pick<HubFixture, 'hub'>,
  permissions: Readonly<Record<string, 'read' | 'write'>>,
): Promise<string> {
  return await makeToken(hub, { name: 'narrow', scope: 'fine_grained', permissions })
}

async function makeToken({ hub }: Pick<HubFixture, 'hub'>, asked: object): Promise<string> {
  const headers = { Authorization: `Bearer ${testToken}` }
  const body = JSON.stringify(asked)
  const answer = await fetch(`${hub.url}/relayq/tokens`, { method: 'POST', headers, body })
  return ((await answer.json()) as { token: string }).token
}

function tokenOf(jitConfig: string): string {
  const decode = (text: string) => JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  return (decode(decode(jitConfig)['.credentials']) as RunnerCredentials).data.token
}
