import type { components } from '@octokit/openapi-types'
import type { RepositorySettings } from '../store/repository-settings.ts'
import { type Addresses, nodeId, repositoryApi, repositoryPage } from './addresses.ts'
import { presentUser } from './user.ts'

/** A hub serves one repository. */
export const repositoryId = 1

export function presentMinimalRepository(
  addresses: Addresses,
): components['schemas']['minimal-repository'] & { readonly id: number } {
  const url = repositoryApi(addresses)
  return {
    id: repositoryId,
    node_id: nodeId('Repository', repositoryId),
    name: addresses.name,
    full_name: `${addresses.owner}/${addresses.name}`,
    owner: presentUser(addresses, addresses.owner),
    private: true,
    html_url: repositoryPage(addresses),
    description: null,
    fork: false,
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    hooks_url: `${url}/hooks`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
  }
}

/** `committedAt`: when the default branch's newest commit was made; the closest thing a local checkout has to a push. */
export function presentFullRepository(
  addresses: Addresses,
  details: {
    readonly defaultBranch: string
    readonly committedAt: string
    readonly settings: RepositorySettings
  },
): components['schemas']['full-repository'] {
  const page = repositoryPage(addresses)
  const { settings } = details
  return {
    ...presentMinimalRepository(addresses),
    private: settings.visibility === 'private',
    description: settings.description,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    subscribers_count: 0,
    network_count: 0,
    size: 0,
    default_branch: details.defaultBranch,
    open_issues_count: 0,
    open_issues: 0,
    has_issues: settings.hasIssues,
    has_projects: settings.hasProjects,
    has_wiki: settings.hasWiki,
    has_pages: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: settings.visibility,
    pushed_at: details.committedAt,
    created_at: details.committedAt,
    updated_at: details.committedAt,
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
  }
}
