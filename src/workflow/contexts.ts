import type { JsonObject } from '../base/json.ts'

/** What the hub knows of a run when it starts; all else in the `github` context follows from it. */
export interface RunFacts {
  /** `owner/name`. */
  readonly repository: string
  readonly repositoryId: number
  readonly repositoryOwnerId: number
  /**
   * Without a trailing slash. The host of `serverUrl` ends in `.localhost`, or actions refuse it
   * (docs/protocol.md, "Server name").
   */
  readonly serverUrl: string
  readonly apiUrl: string
  readonly graphqlUrl: string
  readonly runId: number
  readonly runNumber: number
  readonly runAttempt: number
  readonly workflowName: string
  readonly workflowPath: string
  /** `refs/heads/main` or `refs/tags/v1`. */
  readonly ref: string
  readonly sha: string
  readonly actor: string
  readonly eventName: string
  readonly event: JsonObject
}

/**
 * The `github` context of a run (docs/protocol.md, "Context values"). The hub adds `job` per job; the runner adds
 * paths and the token.
 */
export function githubContext(facts: RunFacts): JsonObject {
  const [owner = ''] = facts.repository.split('/')
  return {
    repository: facts.repository,
    repository_id: String(facts.repositoryId),
    repository_owner: owner,
    repository_owner_id: String(facts.repositoryOwnerId),
    repositoryUrl: `${facts.serverUrl.replace(/^https?/, 'git')}/${facts.repository}.git`,
    server_url: facts.serverUrl,
    api_url: facts.apiUrl,
    graphql_url: facts.graphqlUrl,
    run_id: String(facts.runId),
    run_number: String(facts.runNumber),
    run_attempt: String(facts.runAttempt),
    retention_days: '90',
    workflow: facts.workflowName,
    workflow_ref: `${facts.repository}/${facts.workflowPath}@${facts.ref}`,
    workflow_sha: facts.sha,
    ref: facts.ref,
    ref_name: facts.ref.replace(/^refs\/(heads|tags)\//, ''),
    ref_type: facts.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: false,
    sha: facts.sha,
    head_ref: '',
    base_ref: '',
    actor: facts.actor,
    triggering_actor: facts.actor,
    event_name: facts.eventName,
    event: facts.event,
    secret_source: 'Actions',
  }
}
