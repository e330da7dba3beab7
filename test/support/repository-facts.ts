import type { ActionsSettings, RepositoryFacts } from '../../src/model/repository.ts'

/** A queue's repository with nothing wrong. */
export const privateRepository: RepositoryFacts = {
  owner: 'octo',
  name: 'queue',
  visibility: 'private',
  defaultBranch: 'main',
  ownerType: 'User',
  archived: false,
  userIsAdmin: true,
}

/** Settings as `relayq init` makes them. */
export const safeActions: ActionsSettings = {
  enabled: true,
  allowedActions: 'selected',
  shaPinningRequired: true,
  selectedActions: { githubOwned: true, verified: false, patterns: [] },
  workflowPermissions: { default: 'read', canApprovePullRequests: false },
  retentionDays: 3,
}
