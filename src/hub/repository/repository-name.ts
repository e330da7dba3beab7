import { basename } from 'node:path'

export interface RepositoryName {
  readonly owner: string
  readonly name: string
}

/** The `owner/name` at the end of a remote's address (https, ssh, scp-like or a path); null when it has none. */
export function nameOfRemote(url: string): RepositoryName | null {
  const match = /([^/:\s]+)\/([^/:\s]+?)(?:\.git)?\/*$/.exec(url)
  const [, owner, name] = match ?? []
  if (owner === undefined || name === undefined) return null
  return isNamePart(owner) && isNamePart(name) ? { owner, name } : null
}

/** Where there is no remote: `local/<folder>`. */
export function nameOfFolder(path: string): RepositoryName {
  const name = basename(path).replace(/[^A-Za-z0-9_.-]+/g, '-')
  return { owner: 'local', name: isNamePart(name) ? name : 'repository' }
}

/** GitHub's alphabet for owners and repositories; `.` and `..` would change a URL's path. */
function isNamePart(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,100}$/.test(text) && text !== '.' && text !== '..'
}
