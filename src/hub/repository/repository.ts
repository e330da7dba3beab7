import type { Readable } from 'node:stream'
import type { Page, PageQuery } from '../store/records.ts'

/** What the hub reads of the repository it serves: a git checkout, or the packaged workflows as one virtual commit. */
export interface Repository {
  readonly owner: string
  readonly name: string
  readonly defaultBranch: string
  /** What git itself can serve; null where the repository is none of git's. */
  readonly gitPath: string | null

  /** A branch, a tag, `refs/heads/x`, `refs/tags/x` or a commit's sha; null when there is none of that name. */
  resolve(ref: string): Promise<ResolvedRef | null>
  readCommit(sha: string): Promise<Commit | null>
  /** Branches and tags, in the order of their full names. */
  listRefs(): Promise<readonly NamedRef[]>
  /** A commit and its ancestors, newest first; `path`: those that changed it. */
  listCommits(
    sha: string,
    options: { readonly path: string; readonly page: PageQuery },
  ): Promise<Page<Commit>>
  /** A folder's entries, or a file's bytes; null when the commit has no such path. */
  readPath(sha: string, path: string): Promise<PathContent | null>
  /** gzip-compressed tar with exactly one top folder, as GitHub's tarball link gives. */
  openTarball(sha: string): Readable
  /** Workflow files of the working tree that differ from HEAD: what is dispatched is the commit, not them. */
  uncommittedWorkflows(): Promise<readonly string[]>
  close(): void
}

export interface ResolvedRef {
  /** `refs/heads/main`, `refs/tags/v1`, or the full sha where a commit was named. */
  readonly ref: string
  readonly sha: string
}

export interface NamedRef {
  /** `refs/heads/main`, `refs/tags/v1` */
  readonly ref: string
  /** What it points at; an annotated tag is an object of its own. */
  readonly sha: string
  readonly type: 'commit' | 'tag'
  /** The commit it leads to. */
  readonly commitSha: string
}

export interface Commit {
  readonly sha: string
  readonly treeSha: string
  readonly parents: readonly string[]
  readonly message: string
  readonly author: Signature
  readonly committer: Signature
}

export interface Signature {
  readonly name: string
  readonly email: string
  /** ISO 8601 UTC. */
  readonly date: string
}

export type PathContent =
  | { readonly type: 'file'; readonly sha: string; readonly size: number; readonly content: Buffer | null }
  | { readonly type: 'dir'; readonly sha: string; readonly entries: readonly TreeEntry[] }

export interface TreeEntry {
  readonly name: string
  readonly type: 'file' | 'dir' | 'symlink' | 'submodule'
  readonly sha: string
}

export const workflowsFolder = '.github/workflows'

/** Files beyond this are listed but their bytes are not served through the API (GitHub's own limit is 1 MB). */
export const maxFileBytes = 1024 * 1024
