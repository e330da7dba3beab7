import type { Readable } from 'node:stream'
import type { Page, PageQuery } from '../store/records.ts'
import type { RepositoryWriter } from './repository-writer.ts'

/** The repository a hub serves: a git checkout, or the packaged workflows as one virtual commit. */
export interface Repository {
  readonly owner: string
  readonly name: string
  readonly defaultBranch: string
  /** What git itself can serve; null where the repository is none of git's. */
  readonly gitPath: string | null
  /** null where nothing can be written: the repository is none of git's. */
  readonly writer: RepositoryWriter | null

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
  /** Of two commits that exist; null when they have no common ancestor. No page: the newest `maxComparedCommits`. */
  compareCommits(base: string, head: string, page: PageQuery | null): Promise<Comparison | null>
  /** A folder's entries, or a file's bytes; null when the commit has no such path. */
  readPath(sha: string, path: string): Promise<PathContent | null>
  /** What a full sha names; null when there is no such object. */
  readObject(sha: string): Promise<StoredObject | null>
  /** The entries of a tree, or of everything below it; null when it is no tree. At most `maxTreeEntries`. */
  listTree(treeSha: string, options: { readonly recursive: boolean }): Promise<TreeListing | null>
  /** Exactly one top folder, `archiveName`, as GitHub's links to archives give. */
  openArchive(sha: string, format: ArchiveFormat): Promise<Readable>
  /** Workflow files of the working tree that differ from HEAD: what is dispatched is the commit, not them. */
  uncommittedWorkflows(): Promise<readonly string[]>
  close(): void
}

export type ArchiveFormat = 'tar.gz' | 'zip'

/** Without an ending; also the name of the folder in it. */
export function archiveName({ owner, name }: Pick<Repository, 'owner' | 'name'>, sha: string): string {
  return `${owner}-${name}-${sha.slice(0, 7)}`
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

export interface Comparison {
  /** Sha of the newest commit that both have. */
  readonly mergeBase: string
  /** So many commits has only `head`. */
  readonly aheadBy: number
  /** And so many only `base`. */
  readonly behindBy: number
  /** Those that only `head` has, as many as were asked for, oldest first. */
  readonly commits: readonly Commit[]
  /** What they have changed since the merge base: at most `maxChangedFiles`, and none after the first page. */
  readonly files: readonly ChangedFile[]
}

export interface ChangedFile {
  readonly path: string
  /** Of one that was renamed or copied. */
  readonly previousPath: string | null
  /** Of the blob it is now, or was before it was removed. */
  readonly sha: string
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed'
  readonly additions: number
  readonly deletions: number
}

/** An annotated tag: an object of its own. */
export interface Tag {
  readonly sha: string
  readonly name: string
  readonly target: { readonly sha: string; readonly type: string }
  readonly message: string
  readonly tagger: Signature
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

/** `content` is null where there are more than `maxFileBytes`. */
export interface StoredObject {
  readonly sha: string
  readonly type: string
  readonly size: number
  readonly content: Buffer | null
}

export interface TreeListing {
  readonly sha: string
  readonly entries: readonly ListedEntry[]
  readonly truncated: boolean
}

export interface ListedEntry {
  /** From the listed tree on. */
  readonly path: string
  /** Six octal digits, as git writes them: `100644`. */
  readonly mode: string
  readonly type: string
  readonly sha: string
  /** Of a blob; null otherwise. */
  readonly size: number | null
}

export interface TreeEntry {
  readonly name: string
  readonly type: 'file' | 'dir' | 'symlink' | 'submodule'
  readonly sha: string
}

export const workflowsFolder = '.github/workflows'

/** Files beyond this are listed but their bytes are not served through the API (GitHub's own limit is 1 MB). */
export const maxFileBytes = 1024 * 1024

/** GitHub's own limits of a comparison. */
export const maxChangedFiles = 300
export const maxComparedCommits = 250

/** GitHub's own limit of a recursive tree. */
export const maxTreeEntries = 100_000
