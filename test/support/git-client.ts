import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Cleanup, type Files, temporaryFolder } from './git-repository.ts'
import { echoWorkflow, type HubFixture, startTestHub } from './running-hub.ts'

const run = promisify(execFile)

export interface GitClient extends HubFixture {
  readonly folder: string
  /** What `git ARGS` prints, in the folder; throws when it fails. */
  git(...args: readonly string[]): Promise<string>
  address(token: string, path?: string): string
}

/** A hub, and git as a person's or a job's machine has it. */
export async function startHubForGit(
  t: Cleanup,
  files: Files = { '.github/workflows/echo.yml': echoWorkflow, 'a/file': 'first' },
): Promise<GitClient> {
  const fixture = await startTestHub(t, files)
  const folder = temporaryFolder(t)
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A. Pusher',
    GIT_AUTHOR_EMAIL: 'pusher@example.invalid',
    GIT_COMMITTER_NAME: 'A. Pusher',
    GIT_COMMITTER_EMAIL: 'pusher@example.invalid',
    LC_ALL: 'C',
  }
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', [...args], { cwd: folder, env, timeout: 20_000 })).stdout.trim()
  const address = (token: string, path = 'octo/queue'): string =>
    `${fixture.hub.serverUrl.replace('//', `//x-access-token:${token}@`)}/${path}`
  return { ...fixture, folder, git, address }
}
