import type { components } from '@octokit/openapi-types'
import type { Commit, NamedRef, Signature } from '../repository/repository.ts'
import { type Addresses, escapePath, repositoryApi, repositoryPage } from './addresses.ts'

/** The hub checks no signatures. */
export const unverified = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
}

export function presentRef(
  addresses: Addresses,
  { ref, sha, type }: NamedRef,
): components['schemas']['git-ref'] {
  const api = `${repositoryApi(addresses)}/git`
  const object = { type, sha, url: `${api}/${type}s/${sha}` }
  return { ref, node_id: textId('Ref', ref), url: `${api}/${escapePath(ref)}`, object }
}

export function presentBranch(
  addresses: Addresses,
  { ref, commitSha }: NamedRef,
): components['schemas']['short-branch'] {
  return { name: shortName(ref), commit: commitLink(addresses, commitSha), protected: false }
}

/** The same with its commit. The hub protects no branch. */
export function presentFullBranch(
  addresses: Addresses,
  { ref, commit }: { readonly ref: string; readonly commit: Commit },
): components['schemas']['branch-with-protection'] {
  const name = shortName(ref)
  const self = `${repositoryApi(addresses)}/branches/${escapePath(name)}`
  return {
    name,
    commit: presentCommit(addresses, commit),
    _links: { self, html: `${repositoryPage(addresses)}/tree/${escapePath(name)}` },
    protected: false,
    protection: { enabled: false },
    protection_url: `${self}/protection`,
  }
}

export function presentTag(addresses: Addresses, { ref, commitSha }: NamedRef): components['schemas']['tag'] {
  const api = repositoryApi(addresses)
  return {
    name: shortName(ref),
    node_id: textId('Tag', ref),
    commit: commitLink(addresses, commitSha),
    zipball_url: `${api}/zipball/${escapePath(ref)}`,
    tarball_url: `${api}/tarball/${escapePath(ref)}`,
  }
}

/** A commit as git knows it. */
export function presentGitCommit(addresses: Addresses, commit: Commit): components['schemas']['git-commit'] {
  const api = repositoryApi(addresses)
  return {
    sha: commit.sha,
    node_id: textId('Commit', commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: commitPage(addresses, commit.sha),
    author: presentSignature(commit.author),
    committer: presentSignature(commit.committer),
    tree: { sha: commit.treeSha, url: `${api}/git/trees/${commit.treeSha}` },
    message: commit.message,
    parents: commit.parents.map(sha => {
      return { sha, url: `${api}/git/commits/${sha}`, html_url: commitPage(addresses, sha) }
    }),
    verification: unverified,
  }
}

/** A commit as GitHub knows it: with the accounts of its people, of which the hub knows none. */
export function presentCommit(addresses: Addresses, commit: Commit): components['schemas']['commit'] {
  const api = repositoryApi(addresses)
  const { author, committer, message, tree, verification } = presentGitCommit(addresses, commit)
  const url = `${api}/git/commits/${commit.sha}`
  return {
    ...commitLink(addresses, commit.sha),
    node_id: textId('Commit', commit.sha),
    html_url: commitPage(addresses, commit.sha),
    comments_url: `${api}/commits/${commit.sha}/comments`,
    commit: { url, author, committer, message, tree, comment_count: 0, verification },
    author: null,
    committer: null,
    parents: commit.parents.map(sha => ({
      ...commitLink(addresses, sha),
      html_url: commitPage(addresses, sha),
    })),
  }
}

function presentSignature({ name, email, date }: Signature): Signature {
  return { name, email, date }
}

function commitLink(addresses: Addresses, sha: string): { readonly sha: string; readonly url: string } {
  return { sha, url: `${repositoryApi(addresses)}/commits/${sha}` }
}

function commitPage(addresses: Addresses, sha: string): string {
  return `${repositoryPage(addresses)}/commit/${sha}`
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '')
}

export function textId(type: string, text: string): string {
  return Buffer.from(`${type}:${text}`).toString('base64')
}
