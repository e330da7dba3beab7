import { Hono } from 'hono'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { Permissions } from '../../workflow/workflow.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound, refuse } from '../errors.ts'
import { requireOwner } from '../middleware.ts'
import { idParameter, readJsonObject } from '../request.ts'
import { type ApiTokenRecord, type TokenScope, tokenScopes } from '../store/api-tokens.ts'

/** RelayQ's own, as GitHub has only pages for it: the owner makes, lists and revokes tokens. Below `/relayq/tokens`. */
export function tokenRoutes({ engine }: HubContext): Hono<HubEnv> {
  const { apiTokens } = engine
  const routes = new Hono<HubEnv>()

  routes.use(requireOwner('see to tokens'))

  routes.get('/', c => c.json({ tokens: apiTokens.list().map(presentToken) }))

  routes.post('/', async c => {
    const { record, token } = apiTokens.create(readRequest(await readJsonObject(c)))
    return c.json({ ...presentToken(record), token }, 201)
  })

  routes.delete('/:token', c =>
    apiTokens.remove(idParameter(c, 'token') ?? 0) ? c.body(null, 204) : notFound(c),
  )

  return routes
}

function readRequest(body: JsonObject): Pick<ApiTokenRecord, 'name' | 'scope' | 'permissions'> {
  const scope: TokenScope | undefined = tokenScopes.find(known => known === body['scope'])
  const { name } = body
  if (!scope) refuse(422, `Invalid request.\n\n"scope" must be one of ${tokenScopes.join(', ')}.`)
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100) {
    refuse(422, 'Invalid request.\n\n"name" must be 1 to 100 characters.')
  }
  return { name, scope, permissions: scope === 'fine_grained' ? readPermissions(body['permissions']) : null }
}

/** `{"actions": "write", "contents": "read"}`, in the words of X-Accepted-GitHub-Permissions. */
function readPermissions(value: unknown): Permissions {
  const isLevel = (level: unknown): level is 'read' | 'write' => level === 'read' || level === 'write'
  if (!isJsonObject(value) || !Object.values(value).every(isLevel)) {
    refuse(422, 'Invalid request.\n\n"permissions" must give each permission the level read or write.')
  }
  return value as Permissions
}

function presentToken({ id, name, scope, permissions, createdAt }: ApiTokenRecord) {
  return { id, name, scope, ...(permissions ? { permissions } : {}), created_at: createdAt }
}
