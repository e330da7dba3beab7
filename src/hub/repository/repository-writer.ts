/** One move of a ref. null: it is not there before, or not after. */
export interface RefUpdate {
  /** `refs/heads/main` */
  readonly ref: string
  readonly from: string | null
  readonly to: string | null
}

/** What a caller may do beyond moving refs. */
export interface WriteRights {
  /** GitHub's `workflows` permission, which no job's token has. */
  readonly workflows: boolean
}

export type RefOutcome = { readonly kind: 'moved' } | RefRefusal

export interface RefRefusal {
  /** `conflict`: someone else was first, or works on those files. `forbidden`: a right is lacking. */
  readonly kind: 'conflict' | 'forbidden' | 'invalid'
  readonly reason: string
}

/** A path of a tree that is to have an object (`mode` null: as before, or a plain file), or none. */
export interface TreeEdit {
  readonly path: string
  readonly mode: string | null
  readonly sha: string | null
}

export type WrittenTree =
  | { readonly kind: 'written'; readonly sha: string }
  | { readonly kind: 'invalid'; readonly reason: string }

/** What the hub writes of a repository. A branch that is checked out moves with its files, or not at all. */
export interface RepositoryWriter {
  /** The new object's sha; null when git does not take the content for that type. */
  writeObject(type: 'blob' | 'commit' | 'tag', content: Buffer): Promise<string | null>
  /** The tree that `base` (null: nothing) becomes by the edits. */
  writeTree(base: string | null, edits: readonly TreeEdit[]): Promise<WrittenTree>
  /** What the full name of a ref points at, tags unpeeled; null when there is none. */
  readRef(ref: string): Promise<string | null>
  isAncestor(older: string, newer: string): Promise<boolean>
  moveRef(update: RefUpdate, rights: WriteRights): Promise<RefOutcome>
  /** Takes a push from the file of its request and gives git's answer to it; null when it is none. */
  takePush(file: string, rights: WriteRights): Promise<Buffer | null>
}
