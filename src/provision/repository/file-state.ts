import type { Merge } from './three-way-merge.ts'

/** One of RelayQ's files in the repository, and what became of it. */
export interface FileFacts {
  readonly path: string
  readonly isWorkflow: boolean
  readonly shipped: string
  /** As it stands in the repository; null: it is not there. */
  readonly current: string | null
  /** As RelayQ shipped it when it was written last; null: there is no record of that. */
  readonly base: string | null
  /** Of the three; null where nobody needs it. */
  readonly merge: Merge | null
  /** Why GitHub would not read the merged text; null where it would, or nothing was merged. */
  readonly problem: string | null
}

export type FileState =
  | { readonly kind: 'as_shipped' }
  /** The user's text, with all that this version ships. */
  | { readonly kind: 'edited' }
  /** The user's text, of which RelayQ knows nothing, and which it does not need to. */
  | { readonly kind: 'own' }
  | { readonly kind: 'removed' }
  | {
      readonly kind: 'to_write'
      readonly how: 'new' | 'newer' | 'merged' | 'replaced'
      readonly text: string
    }
  | {
      readonly kind: 'left'
      readonly why: Left /** With git's markers, where there are some. */
      readonly text: string | null
    }

/** Why a file is left to the user. */
export type Left =
  /** Both changed the same lines. */
  | 'conflict'
  /** It differs, and there is no record of what it was. */
  | 'no_record'
  | 'no_git'
  /** Merged, it would be no workflow. */
  | 'invalid'

/** What the user has said about single files. */
export interface FileChoices {
  /** Paths whose text becomes that of this version. */
  readonly replace: readonly string[]
  /** Paths whose text stays, and counts as compared with this version. */
  readonly keep: readonly string[]
}

/** Whether both sides have changed: only then somebody must merge. */
export function needsMerge({ shipped, current, base }: Omit<FileFacts, 'merge' | 'problem'>): boolean {
  const isEdited = current !== null && base !== null && current !== base && current !== shipped
  return isEdited && base !== shipped
}

export function stateOf(file: FileFacts, choices: FileChoices): FileState {
  const { path, shipped, current, base } = file
  if (current === shipped) return { kind: 'as_shipped' }
  if (choices.replace.includes(path)) return { kind: 'to_write', how: 'replaced', text: shipped }
  if (choices.keep.includes(path)) return current === null ? { kind: 'removed' } : { kind: 'edited' }
  if (current === null) {
    return base === null ? { kind: 'to_write', how: 'new', text: shipped } : { kind: 'removed' }
  }
  if (base === null) return file.isWorkflow ? { kind: 'left', why: 'no_record', text: null } : { kind: 'own' }
  if (base === current) return { kind: 'to_write', how: 'newer', text: shipped }
  return needsMerge(file) ? mergedState(file, current) : { kind: 'edited' }
}

function mergedState({ merge, problem }: FileFacts, current: string): FileState {
  if (merge === null || merge.kind === 'no_git') return { kind: 'left', why: 'no_git', text: null }
  if (merge.kind === 'conflict') return { kind: 'left', why: 'conflict', text: merge.text }
  if (problem !== null) return { kind: 'left', why: 'invalid', text: merge.text }
  if (merge.text === current) return { kind: 'edited' }
  return { kind: 'to_write', how: 'merged', text: merge.text }
}

/** What the record becomes; null where it stays. Of a file that is left, the base of the next try must stay. */
export function recordOf(file: FileFacts, state: FileState): string | null {
  if (state.kind === 'left' || state.kind === 'own') return null
  return file.base === file.shipped ? null : file.shipped
}
