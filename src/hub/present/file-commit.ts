import type { components } from '@octokit/openapi-types'
import type { Commit, PathContent } from '../repository/repository.ts'
import type { Addresses } from './addresses.ts'
import { presentContent } from './content.ts'
import { presentGitCommit } from './git.ts'

/** What a change of one file made: the commit, and the file without its bytes; null when it is gone. */
export function presentFileCommit(
  addresses: Addresses,
  written: {
    readonly commit: Commit
    readonly content: PathContent | null
    readonly path: string
    readonly ref: string
  },
): components['schemas']['file-commit'] {
  const { path, content } = written
  const ref = written.ref.replace(/^refs\/heads\//, '')
  const file = content && presentContent(addresses, { path, ref, content })
  const commit = presentGitCommit(addresses, written.commit)
  if (!file || Array.isArray(file)) return { content: null, commit }
  const { name, sha, size, url, html_url, git_url, _links } = file
  const links = { self: _links.self, git: _links.git ?? '', html: _links.html ?? '' }
  const addressed = { url, html_url: html_url ?? '', git_url: git_url ?? '' }
  return { content: { name, path, sha, size, type: 'file', ...addressed, _links: links }, commit }
}
