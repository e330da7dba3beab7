import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Cleanup, temporaryFolder } from './git-repository.ts'
import { type HubFixture, startTestHub, testToken } from './running-hub.ts'

const run = promisify(execFile)

export interface GhFixture extends HubFixture {
  /** What `gh ARGS` prints, in a folder of its own; throws when it fails. */
  gh(...args: readonly string[]): Promise<string>
  readonly folder: string
}

/** The real gh against a hub. */
export async function startHubForGh(t: Cleanup): Promise<GhFixture> {
  const fixture = await startTestHub(t)
  const folder = temporaryFolder(t)
  const env = ghEnvironment(t, fixture.hub)
  return {
    ...fixture,
    folder,
    async gh(...args) {
      const { stdout } = await run('gh', [...args], { env, cwd: folder, timeout: 20_000 })
      return stdout
    },
  }
}

/**
 * gh takes `github.localhost` for a GitHub of its own, whose API is `api.github.localhost`, and comes through the hub as its
 * proxy with absolute-form requests.
 */
export function ghEnvironment(t: Cleanup, hub: HubFixture['hub']): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: temporaryFolder(t),
    // gh caches run logs there, under a name that another user's gh may have taken.
    TMPDIR: temporaryFolder(t),
    HTTP_PROXY: hub.url,
    GH_HOST: 'github.localhost',
    GH_TOKEN: testToken,
    GH_REPO: 'octo/queue',
    GH_PROMPT_DISABLED: '1',
    NO_COLOR: '1',
  }
}
