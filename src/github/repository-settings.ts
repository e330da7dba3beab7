import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import type {
  ActionsSettings,
  RepositoryFacts,
  SelectedActions,
  WorkflowPermissions,
} from '../model/repository.ts'
import type { GitHubClient } from './client.ts'
import { unlessMissing } from './errors.ts'
import { fieldsOf } from './read.ts'

const permissions = '/actions/permissions'

/** Needs Metadata: read, which every token has. null: there is no such repository, or none that the token may see. */
export async function readRepository(client: GitHubClient): Promise<RepositoryFacts | null> {
  const answer = await unlessMissing(async () => (await client.get('')).data)
  return answer === null ? null : repositoryFrom(answer)
}

export function repositoryFrom(answer: unknown): RepositoryFacts {
  const repository = fieldsOf(answer, 'repository')
  const owner = fieldsOf(repository.members['owner'], "repository's owner")
  const { permissions } = repository.members
  const isPrivate = repository.flag('private')
  return {
    owner: owner.text('login'),
    name: repository.text('name'),
    visibility: visibilityOf(repository.optionalText('visibility'), isPrivate),
    defaultBranch: repository.text('default_branch'),
    ownerType: owner.optionalText('type') === 'Organization' ? 'Organization' : 'User',
    archived: repository.flag('archived'),
    userIsAdmin: isJsonObject(permissions) && permissions['admin'] === true,
  }
}

/** Needs Administration: read. Throws `not_authorized` where the token has it not. */
export async function readActionsSettings(client: GitHubClient): Promise<ActionsSettings> {
  const policy = fieldsOf((await client.get(permissions)).data, 'policy of Actions')
  const allowedActions = allowedActionsOf(policy.optionalText('allowed_actions'))
  return {
    enabled: policy.flag('enabled'),
    allowedActions,
    shaPinningRequired: policy.flag('sha_pinning_required'),
    selectedActions: allowedActions === 'selected' ? await readSelectedActions(client) : null,
    workflowPermissions: await readWorkflowPermissions(client),
    retentionDays: await readRetentionDays(client),
  }
}

/** All of these need Administration: write. */
export async function setActionsPolicy(
  client: GitHubClient,
  policy: Pick<ActionsSettings, 'enabled' | 'allowedActions' | 'shaPinningRequired'>,
): Promise<void> {
  await client.put(permissions, {
    enabled: policy.enabled,
    allowed_actions: policy.allowedActions,
    sha_pinning_required: policy.shaPinningRequired,
  })
}

/** Only while `allowedActions` is `selected`: GitHub answers 409 otherwise. */
export async function setSelectedActions(client: GitHubClient, selected: SelectedActions): Promise<void> {
  await client.put(`${permissions}/selected-actions`, {
    github_owned_allowed: selected.githubOwned,
    verified_allowed: selected.verified,
    patterns_allowed: [...selected.patterns],
  })
}

export async function setWorkflowPermissions(
  client: GitHubClient,
  workflow: WorkflowPermissions,
): Promise<void> {
  await client.put(`${permissions}/workflow`, {
    default_workflow_permissions: workflow.default,
    can_approve_pull_request_reviews: workflow.canApprovePullRequests,
  })
}

export async function setRetentionDays(client: GitHubClient, days: number): Promise<void> {
  await client.put(`${permissions}/artifact-and-log-retention`, { days })
}

async function readSelectedActions(client: GitHubClient): Promise<SelectedActions> {
  const selected = fieldsOf((await client.get(`${permissions}/selected-actions`)).data, 'selected actions')
  return {
    githubOwned: selected.flag('github_owned_allowed'),
    verified: selected.flag('verified_allowed'),
    patterns: selected.list('patterns_allowed').map(String),
  }
}

async function readWorkflowPermissions(client: GitHubClient): Promise<WorkflowPermissions> {
  const answer = (await client.get(`${permissions}/workflow`)).data
  return workflowPermissionsFrom(fieldsOf(answer, 'default of workflows'))
}

export function workflowPermissionsFrom(workflow: ReturnType<typeof fieldsOf>): WorkflowPermissions {
  return {
    default: workflow.optionalText('default_workflow_permissions') === 'write' ? 'write' : 'read',
    canApprovePullRequests: workflow.flag('can_approve_pull_request_reviews'),
  }
}

async function readRetentionDays(client: GitHubClient): Promise<number | null> {
  const path = `${permissions}/artifact-and-log-retention`
  const answer = await unlessMissing(async () => (await client.get(path)).data)
  return answer === null ? null : fieldsOf(answer, 'retention').integer('days')
}

/** A disabled repository names none. */
function allowedActionsOf(word: string | null): ActionsSettings['allowedActions'] {
  if (word === null || word === 'all') return 'all'
  if (word === 'local_only' || word === 'selected') return word
  throw new RelayError('protocol_mismatch', `The broker allows actions in a way unknown here: "${word}".`, {
    hint: 'A newer relayq may know it.',
  })
}

function visibilityOf(word: string | null, isPrivate: boolean): RepositoryFacts['visibility'] {
  if (word === 'internal') return 'internal'
  return isPrivate ? 'private' : 'public'
}
