import { isJsonObject } from '../base/json.ts'
import type { GitHubClient } from './client.ts'
import { statusOf } from './errors.ts'
import { fieldsOf } from './read.ts'
import { repositoryFrom, workflowPermissionsFrom } from './repository-settings.ts'

/** What `relayq audit` asks GitHub. A setting that this token may not see, or this server does not have, is null. */

export async function readExposure(client: GitHubClient) {
  const [{ data }, workflows, forks] = await Promise.all([
    client.get(''),
    getIfAllowed(client, '/actions/permissions/workflow'),
    getIfAllowed(client, '/actions/permissions/fork-pr-workflows-private-repos'),
  ])
  return {
    fullName: fieldsOf(data, 'repository').text('full_name'),
    visibility: repositoryFrom(data).visibility,
    allowsForks: fieldsOf(data, 'repository').flag('allow_forking'),
    runsForkPullRequests: forks === null ? null : forks.flag('run_workflows_from_fork_pull_requests'),
    workflowPermissions: workflows === null ? null : workflowPermissionsFrom(workflows),
  }
}

/** Newest first. `since`: ISO 8601. */
export async function* startedRuns(client: GitHubClient, since: string) {
  for await (const item of client.list('/actions/runs', 'workflow_runs', { created: `>=${since}` })) {
    const run = fieldsOf(item, 'run')
    const login = (member: string) => loginOf((item as Record<string, unknown>)[member])
    const code = (item as Record<string, unknown>)['head_repository']
    yield {
      actors: [login('actor'), login('triggering_actor')].filter(name => name !== null),
      url: run.text('html_url'),
      createdAt: run.text('created_at'),
      codeFrom: isJsonObject(code) && typeof code['full_name'] === 'string' ? code['full_name'] : null,
    }
  }
}

/** The owner of the repository, where that is a person, and whose token this is. */
export async function ownLogins(client: GitHubClient): Promise<readonly string[]> {
  const [repository, user] = await Promise.all([client.get(''), client.getRoot('/user')])
  const owner = (repository.data as Record<string, unknown>)['owner']
  const isPerson = isJsonObject(owner) && owner['type'] === 'User'
  const logins = [isPerson ? loginOf(owner) : null, loginOf(user.data)]
  return [...new Set(logins.filter(login => login !== null))]
}

function loginOf(user: unknown): string | null {
  return isJsonObject(user) && typeof user['login'] === 'string' ? user['login'] : null
}

/** Administration: read is more than most tokens should have. */
async function getIfAllowed(client: GitHubClient, path: string) {
  try {
    return fieldsOf((await client.get(path)).data, 'setting')
  } catch (thrown) {
    const status = statusOf(thrown)
    if (status === 403 || status === 404 || status === 422) return null
    throw thrown
  }
}
