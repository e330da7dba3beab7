/** A repository as a queue: what its owner sets, and what a token may do there. Words and levels are GitHub's. */

/** What GitHub says of a repository itself. */
export interface RepositoryFacts {
  readonly owner: string
  readonly name: string
  readonly visibility: 'private' | 'internal' | 'public'
  readonly defaultBranch: string
  readonly ownerType: 'User' | 'Organization'
  readonly archived: boolean
  /** Whether the token's user, not the token itself, is an administrator. */
  readonly userIsAdmin: boolean
}

/** What a repository lets Actions do. */
export interface ActionsSettings {
  readonly enabled: boolean
  readonly allowedActions: 'all' | 'local_only' | 'selected'
  readonly shaPinningRequired: boolean
  /** What `selected` allows; null while it is something else. */
  readonly selectedActions: SelectedActions | null
  readonly workflowPermissions: WorkflowPermissions
  /** Days that artifacts and logs are kept; null where the server has no such setting (an older GHES). */
  readonly retentionDays: number | null
}

export interface SelectedActions {
  /** Of the organisations `actions` and `github`. */
  readonly githubOwned: boolean
  readonly verified: boolean
  readonly patterns: readonly string[]
}

export interface WorkflowPermissions {
  /** Of a job's token whose workflow declares no `permissions`. */
  readonly default: 'read' | 'write'
  readonly canApprovePullRequests: boolean
}

/** A permission of a fine-grained token, as X-Accepted-GitHub-Permissions writes it: `actions=write`. */
export interface Right {
  readonly permission:
    | 'actions'
    | 'administration'
    | 'contents'
    | 'workflows'
    /** The one of an organisation, not of a repository. */
    | 'organization_self_hosted_runners'
  readonly level: 'read' | 'write'
}

export interface RightAnswer extends Right {
  /** `unknown`: it cannot be asked without doing it. */
  readonly answer: 'granted' | 'missing' | 'unknown'
  /** What GitHub itself says it would take, where it refused: `administration=read`. */
  readonly needed: string | null
}

export interface TokenFacts {
  /** `classic` tokens (and OAuth ones) have scopes, `fine_grained` ones permissions. */
  readonly kind: 'classic' | 'fine_grained'
  /** Of a classic token: `repo`, `workflow`, ... */
  readonly scopes: readonly string[]
  /** Whose it is; null for a token of an app or a job. */
  readonly login: string | null
  /** ISO 8601; null: it does not end, or the server does not say. */
  readonly endsAt: string | null
}

/** A text file as it is to be; `path` from the repository's root. */
export interface NewFile {
  readonly path: string
  readonly text: string
}
