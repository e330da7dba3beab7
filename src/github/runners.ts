import type { GitHubClient } from './client.ts'
import { fieldsOf } from './read.ts'

/** Below the API, not below a repository: machines that an organisation shares among its repositories. */
export function organisationRunners(owner: string): string {
  return `/orgs/${encodeURIComponent(owner)}/actions/runners`
}

export interface RunnerRegistration {
  readonly name: string
  readonly labels: readonly string[]
  readonly workFolder: string
}

/**
 * Registers a runner and returns the configuration it starts with (base64, secret). The hub reads `ephemeral: false`
 * and keeps such a runner after its first job; GitHub, where a JIT runner is always ephemeral, does not know the member.
 */
export async function generateJitConfig(client: GitHubClient, runner: RunnerRegistration): Promise<string> {
  const answer = await client.post('/actions/runners/generate-jitconfig', {
    name: runner.name,
    runner_group_id: 1,
    labels: [...runner.labels],
    work_folder: runner.workFolder,
    ephemeral: false,
  })
  return fieldsOf(answer.data, 'runner registration').text('encoded_jit_config')
}
