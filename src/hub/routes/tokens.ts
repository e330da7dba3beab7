import { Hono } from 'hono'
import type { JsonObject } from '../../base/json.ts'
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
    const { name, scope } = readRequest(await readJsonObject(c))
    const { record, token } = apiTokens.create(name, scope)
    return c.json({ ...presentToken(record), token }, 201)
  })

  routes.delete('/:token', c =>
    apiTokens.remove(idParameter(c, 'token') ?? 0) ? c.body(null, 204) : notFound(c),
  )

  return routes
}

function readRequest(body: JsonObject): { readonly name: string; readonly scope: TokenScope } {
  const scope = tokenScopes.find(known => known === body['scope'])
  const { name } = body
  if (!scope) refuse(422, `Invalid request.\n\n"scope" must be one of ${tokenScopes.join(', ')}.`)
  if (typeof name !== 'string' || name.trim() === '' || name.length > 100) {
    refuse(422, 'Invalid request.\n\n"name" must be 1 to 100 characters.')
  }
  return { name, scope }
}

function presentToken({ id, name, scope, createdAt }: ApiTokenRecord) {
  return { id, name, scope, created_at: createdAt }
}
