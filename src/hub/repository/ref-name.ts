import { isRefName } from '../../base/ref-name.ts'

export function isCommitSha(ref: string): boolean {
  return /^[0-9a-f]{7,64}$/i.test(ref)
}

/** Names to try for what a client calls a ref, in GitHub's order: a branch wins over a tag of the same name. */
export function candidateRefs(ref: string): readonly string[] {
  if (ref.startsWith('refs/')) return /^refs\/(heads|tags)\//.test(ref) ? [ref] : []
  return [`refs/heads/${ref}`, `refs/tags/${ref}`]
}

/** 40 digits, or 64 in a SHA-256 repository. */
export function isFullSha(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/** True for a full name that a client may create: a branch or a tag, whose name no reader could take for a commit's. */
export function isWritableRef(ref: string): boolean {
  const name = /^refs\/(?:heads|tags)\/(.+)$/.exec(ref)?.[1]
  return name !== undefined && isRefName(name) && isRefName(ref) && name !== 'HEAD' && !isFullSha(name)
}
