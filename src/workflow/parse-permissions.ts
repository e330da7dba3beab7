import { allMembers, isMapping, type SourceToken } from './source.ts'
import type { Permissions } from './workflow.ts'

/** The scopes of a job's token that can be both read and written, for the shorthands `read-all` and `write-all`. */
const scopes = [
  'actions',
  'attestations',
  'checks',
  'contents',
  'deployments',
  'discussions',
  'issues',
  'packages',
  'pages',
  'pull-requests',
  'repository-projects',
  'security-events',
  'statuses',
] as const

/** Null when not declared. What a mapping does not name is denied, so it needs no entry. */
export function parsePermissions(token: SourceToken | undefined): Permissions | null {
  if (!token) return null
  if (!isMapping(token)) {
    const level = token.toString() === 'write-all' ? 'write' : 'read'
    return Object.fromEntries(scopes.map(scope => [scope, level]))
  }
  return Object.fromEntries(allMembers(token, 'permissions').map(({ key, value }) => [key, levelOf(value)]))
}

function levelOf(token: SourceToken): 'read' | 'write' | 'none' {
  const level = token.toString()
  return level === 'read' || level === 'write' ? level : 'none'
}
