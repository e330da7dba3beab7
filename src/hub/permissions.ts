import type { Permissions } from '../workflow/workflow.ts'
import type { Identity } from './auth.ts'
import type { RegistrationPurpose } from './registration-token.ts'
import type { WriteRights } from './repository/repository-writer.ts'

export interface Permission {
  readonly scope: string
  readonly level: 'read' | 'write'
}

/** No job's token ever has these, whatever its workflow says. */
const ownersOnly: ReadonlySet<string> = new Set(['administration', 'secrets', 'variables'])

/**
 * GitHub's fine-grained permissions (docs/protocol.md, "Permissions"). First match wins; below
 * `/repos/{owner}/{repo}`.
 */
const scopes: readonly { readonly path: RegExp; readonly scope: string }[] = [
  { path: /^\/?$/, scope: 'metadata' },
  { path: /^\/collaborators\//, scope: 'metadata' },
  { path: /^\/actions\/(runners|permissions)/, scope: 'administration' },
  { path: /^\/actions\/cache\/(retention|storage)-limit/, scope: 'administration' },
  { path: /^\/actions\/secrets/, scope: 'secrets' },
  { path: /^\/actions\/variables/, scope: 'variables' },
  { path: /^\/actions\//, scope: 'actions' },
  { path: /^\/(check-runs|check-suites)(\/|$)/, scope: 'checks' },
  { path: /^\/commits\/.+\/check-runs$/, scope: 'checks' },
  {
    path: /^\/(contents|readme|tarball|zipball|commits|compare|branches|tags|git|releases|dispatches)(\/|$)/,
    scope: 'contents',
  },
]

/** What GitHub asks of a token for `method` on `path` (below the repository); null for what the hub does not know. */
export function requiredPermission(method: string, path: string): Permission | null {
  const level = method === 'GET' || method === 'HEAD' ? 'read' : 'write'
  const scope = scopes.find(entry => entry.path.test(path))?.scope
  if (scope === undefined) return null
  return { scope: scope === 'metadata' && level === 'write' ? 'administration' : scope, level }
}

/** True when `identity` may send `method` to `path` (below the repository). */
export function isAllowed(identity: Identity, method: string, path: string): boolean {
  if (identity.kind === 'owner') return true
  const required = requiredPermission(method, path)
  if (!required) return false
  switch (identity.kind) {
    case 'token':
      return required.level === 'read' || (identity.scope === 'dispatch' && required.scope === 'actions')
    case 'fine_grained':
      return required.scope === 'metadata' || isListed(identity.permissions, required)
    case 'registration':
      return /^\/actions\/runners(\/\d+)?$/.test(path) && setUpMethods[identity.purpose].includes(method)
    case 'job':
      return isGranted(identity.job.permissions, required)
  }
}

/** GitHub's `workflows` permission: no job's token has it, whatever its workflow says. */
export function rightsOf(identity: Identity): WriteRights {
  const isGiven = identity.kind === 'fine_grained' && identity.permissions['workflows'] === 'write'
  return { workflows: identity.kind === 'owner' || isGiven }
}

/**
 * `config.sh` looks for a runner of its name before it registers; `config.sh remove` deletes it
 * (docs/protocol.md, "Joining").
 */
const setUpMethods: Readonly<Record<RegistrationPurpose, readonly string[]>> = {
  registration: ['GET'],
  remove: ['GET', 'DELETE'],
}

function isGranted(permissions: Permissions, required: Permission): boolean {
  if (required.scope === 'metadata') return required.level === 'read'
  return !ownersOnly.has(required.scope) && isListed(permissions, required)
}

function isListed(permissions: Permissions, { scope, level }: Permission): boolean {
  return permissions[scope] === 'write' || permissions[scope] === level
}
