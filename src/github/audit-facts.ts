import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import type { GitHubClient } from './client.ts'
import { statusOf } from './errors.ts'
import { fieldsOf } from './read.ts'

/** What `relayq audit` asks GitHub. A setting that this token may not see, or this server does not have, is null. */

export async function readRepositoryFacts(client: GitHubClient) {
  const [repository, workflows, forks] = await Promise.all([
    client.get(''),
    getIfAllowed(client, '/actions/permissions/workflow'),
    getIfAllowed(client, '/actions/permissions/fork-pr-workflows-private-repos'),
  ])
  const fields = fieldsOf(repository.data, 'repository')
  const permissions = workflows?.['default_workflow_permissions']
  return {
    fullName: fields.text('full_name'),
    visibility: fields.optionalText('visibility') ?? (fields.flag('private') ? 'private' : 'public'),
    allowsForks: fields.flag('allow_forking'),
    runsForkPullRequests: flagOf(forks, 'run_workflows_from_fork_pull_requests'),
    defaultPermissions: permissions === 'read' || permissions === 'write' ? permissions : null,
    jobsApprove: flagOf(workflows, 'can_approve_pull_request_reviews'),
  } as const
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

function flagOf(answer: Readonly<Record<string, unknown>> | null, name: string): boolean | null {
  const value = answer?.[name]
  return typeof value === 'boolean' ? value : null
}

/** Administration: read is more than most tokens should have. */
async function getIfAllowed(client: GitHubClient, path: string) {
  try {
    const { data } = await client.get(path)
    return isJsonObject(data) ? data : null
  } catch (thrown) {
    const status = statusOf(thrown)
    const isRefused = status === 403 || status === 404 || status === 409 || status === 422
    if (thrown instanceof RelayError && isRefused) return null
    throw thrown
  }
}
