/** What stands behind a step's `uses:`. */
export type ActionRef =
  /** `./path`: an action of the checked-out repository. */
  | { readonly kind: 'local'; readonly path: string }
  /** `owner/repo/path@ref`; path is '' for an action at the repository's root. */
  | { readonly kind: 'repository'; readonly name: string; readonly path: string; readonly ref: string }
  | { readonly kind: 'docker'; readonly image: string }

/** Null when the text is none of GitHub's forms. */
export function parseActionRef(uses: string): ActionRef | null {
  if (uses.startsWith('docker://')) return { kind: 'docker', image: uses.slice('docker://'.length) }
  if (uses.startsWith('./')) return { kind: 'local', path: uses }
  const match = /^([\w.-]+\/[\w.-]+)((?:\/[^/@\s]+)*)@([^@\s]+)$/.exec(uses)
  if (!match) return null
  const [, name = '', path = '', ref = ''] = match
  return { kind: 'repository', name, path: path.slice(1), ref }
}
