import type { TestContext } from 'node:test'
import { type HubOptions, type RunningHub, startHub } from '../../src/hub/hub.ts'
import { type Files, type GitFixture, makeGitRepository, temporaryFolder } from './git-repository.ts'

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
}

/** A hub on a free port, with its own state and a git repository of `files`; both are gone after the test. */
export async function startTestHub(
  t: TestContext,
  files: Files = { '.github/workflows/echo.yml': echoWorkflow },
  overrides: Partial<HubOptions> = {},
): Promise<HubFixture> {
  const repository = makeGitRepository(t, files)
  repository.git('remote', 'add', 'origin', 'https://github.com/octo/queue.git')
  const hub = await startHub({
    stateDir: temporaryFolder(t),
    repositoryPath: repository.path,
    host: '127.0.0.1',
    port: 0,
    token: testToken,
    leaseSeconds: 30,
    latencyMs: 0,
    ...overrides,
  })
  t.after(() => hub.close())
  const request = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(`${hub.apiUrl}/repos/octo/queue${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${testToken}`, ...init.headers },
    })
  return {
    hub,
    repository,
    request,
    async json(path, init) {
      const answer = await request(path, init)
      return { status: answer.status, body: await answer.json() }
    },
    dispatch: (workflow, body, headers = {}) =>
      request(`/actions/workflows/${workflow}/dispatches`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers,
      }),
  }
}
