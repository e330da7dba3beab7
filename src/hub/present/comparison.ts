import type { components } from '@octokit/openapi-types'
import type { ChangedFile, Commit, Comparison } from '../repository/repository.ts'
import { type Addresses, escapePath, repositoryApi, repositoryPage } from './addresses.ts'
import { presentCommit } from './git.ts'

interface Compared {
  /** As they were asked for. */
  readonly names: readonly [base: string, head: string]
  readonly base: Commit
  readonly mergeBase: Commit
  readonly headSha: string
  readonly comparison: Comparison
}

export function presentComparison(
  addresses: Addresses,
  { names, base, mergeBase, headSha, comparison }: Compared,
): components['schemas']['commit-comparison'] {
  const { aheadBy, behindBy, commits, files } = comparison
  const page = `${repositoryPage(addresses)}/compare`
  const range = names.map(escapePath).join('...')
  const shas = [base.sha, headSha].map(sha => `${addresses.owner}:${sha.slice(0, 7)}`)
  return {
    url: `${repositoryApi(addresses)}/compare/${range}`,
    html_url: `${page}/${range}`,
    permalink_url: `${page}/${shas.join('...')}`,
    diff_url: `${page}/${range}.diff`,
    patch_url: `${page}/${range}.patch`,
    base_commit: presentCommit(addresses, base),
    merge_base_commit: presentCommit(addresses, mergeBase),
    status: statusOf(comparison),
    ahead_by: aheadBy,
    behind_by: behindBy,
    total_commits: aheadBy,
    commits: commits.map(commit => presentCommit(addresses, commit)),
    files: files.map(file => presentChange(addresses, headSha, file)),
  }
}

function statusOf({ aheadBy, behindBy }: Comparison): 'diverged' | 'ahead' | 'behind' | 'identical' {
  if (aheadBy > 0) return behindBy > 0 ? 'diverged' : 'ahead'
  return behindBy > 0 ? 'behind' : 'identical'
}

function presentChange(
  addresses: Addresses,
  headSha: string,
  file: ChangedFile,
): components['schemas']['diff-entry'] {
  const path = escapePath(file.path)
  const page = repositoryPage(addresses)
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${headSha}/${path}`,
    raw_url: `${page}/raw/${headSha}/${path}`,
    contents_url: `${repositoryApi(addresses)}/contents/${path}?ref=${headSha}`,
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  }
}
