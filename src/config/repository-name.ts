import { RelayError } from '../base/errors.ts'

export interface RepositoryName {
  readonly host: string | null
  readonly owner: string
  readonly repo: string
}

const segment = '[A-Za-z0-9_.-]+'
const named = new RegExp(`^(?:https?://)?(?:([^/\\s@]+)/)?(${segment})/(${segment}?)(?:\\.git)?/?$`)

/** Reads `[HOST/]OWNER/REPO`, as gh takes it, or the repository's address in a browser. Throws `usage`. */
export function parseRepositoryName(text: string): RepositoryName {
  const match = named.exec(text.trim())
  if (!match?.[2] || !match[3]) {
    throw new RelayError('usage', `"${text}" is not a repository.`, { hint: 'Write it as OWNER/REPO.' })
  }
  return { host: match[1]?.toLowerCase() ?? null, owner: match[2], repo: match[3] }
}

/** The repository a git remote's URL names; null where it names none (a path, a bundle). */
export function repositoryOfRemote(url: string): RepositoryName | null {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(url)
  const path = scp ? `${scp[1]}/${scp[2]}` : withoutCredentials(url)
  const match = path === null ? null : named.exec(path)
  if (!match?.[1] || !match[2] || !match[3]) return null
  return { host: match[1].toLowerCase(), owner: match[2], repo: match[3] }
}

/** Host and path of an https or ssh address; user, password and port do not matter. */
function withoutCredentials(url: string): string | null {
  if (!/^(?:https?|ssh|git):\/\//.test(url) || !URL.canParse(url)) return null
  const { hostname, pathname } = new URL(url)
  return `${hostname}${pathname}`
}

/** The REST API of a GitHub host: github.com, a tenant of ghe.com, or a GHES. */
export function apiUrlOfHost(host: string): string {
  if (host === 'github.com' || host === 'www.github.com') return 'https://api.github.com'
  return host.endsWith('.ghe.com') ? `https://api.${host}` : `https://${host}/api/v3`
}

/**
 * The REST API that a user means: an address with a path, or of an `api.` host, as it stands; otherwise a GHES or a hub,
 * which serve it under /api/v3. Throws `usage`.
 */
export function normalizeApiUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new RelayError('usage', `"${text}" is not the address of a broker.`, {
      hint: 'Give an http or https address, such as https://api.github.com.',
    })
  }
  const path = url.pathname.replace(/\/+$/, '')
  if (url.hostname === 'github.com' || url.hostname === 'www.github.com') return 'https://api.github.com'
  if (path === '' && !url.hostname.startsWith('api.')) return `${url.origin}/api/v3`
  return `${url.origin}${path}`
}
