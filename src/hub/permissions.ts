import type { Permissions } from '../workflow/workflow.ts'
import type { Identity } from './auth.ts'

type Level = 'read' | 'write'

/** What a job's token may do where its workflow declares no `permissions`: GitHub's restricted default. */
const defaultPermissions: Permissions = { contents: 'read' }

/** No job's token ever has these, whatever its workflow says. */
const ownersOnly: ReadonlySet<string> = new Set(['administration', 'secrets', 'variables'])

/** First match wins; below `/repos/{owner}/{repo}`. What is not listed (runners) needs a right no job can have. */
const scopes: readonly { readonly path: RegExp; readonly scope: string }[] = [
  { path: /^\/?$/, scope: 'metadata' },
  { path: /^\/actions\/runners/, scope: 'administration' },
  { path: /^\/actions\/secrets/, scope: 'secrets' },
  { path: /^\/actions\/variables/, scope: 'variables' },
  { path: /^\/actions\//, scope: 'actions' },
  { path: /^\/check-runs\//, scope: 'checks' },
  { path: /^\/(contents|tarball|commits|branches)(\/|$)/, scope: 'contents' },
]

/** True when `identity` may send `method` to `path` (below the repository). */
export function isAllowed(identity: Identity, method: string, path: string): boolean {
  if (identity.kind === 'owner') return true
  const level: Level = method === 'GET' || method === 'HEAD' ? 'read' : 'write'
  const scope = scopes.find(entry => entry.path.test(path))?.scope
  if (scope === 'metadata') return level === 'read'
  if (scope === undefined || ownersOnly.has(scope)) return false
  const granted = (identity.job.permissions ?? defaultPermissions)[scope]
  return granted === 'write' || granted === level
}
