import { Hono } from 'hono'
import type { JsonObject } from '../../base/json.ts'
import { storedName } from '../../model/secret-name.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { linkPages, pageOf, pageQuery } from '../pagination.ts'
import { presentSecret } from '../present/secret.ts'
import { readJsonObject } from '../request.ts'

/** Secrets: the public key to seal them to, list, get, put, delete. Nothing here gives a value. Below `/actions/secrets`. */
export function secretRoutes({ engine, clock }: HubContext): Hono<HubEnv> {
  const { secrets } = engine
  const routes = new Hono<HubEnv>()

  routes.get('/', c => {
    const query = pageQuery(c)
    const page = pageOf(secrets.list(), query)
    linkPages(c, query, page.totalCount)
    return c.json({ total_count: page.totalCount, secrets: page.items.map(presentSecret) })
  })

  routes.get('/public-key', c =>
    c.json({ key_id: secrets.box.keyId, key: secrets.box.publicKey.toString('base64') }),
  )

  routes.get('/:name', c => {
    const secret = secrets.find(storedName(c.req.param('name')) ?? '')
    return secret ? c.json(presentSecret(secret)) : notFound(c)
  })

  routes.put('/:name', async c => {
    const name = storedName(c.req.param('name'))
    if (name === null) return apiError(c, 422, nameRule)
    const sealed = readSealed(await readJsonObject(c), secrets.box.keyId)
    switch (await secrets.put(name, sealed, clock())) {
      case 'created':
        return c.json({}, 201)
      case 'updated':
        return c.body(null, 204)
      case 'unreadable':
        return apiError(c, 422, 'Bad request - sealed box could not be opened: seal it to the public key.')
      case 'too_large':
        return apiError(c, 422, 'Secret value is too large: at most 48 KB.')
      case 'too_many':
        return apiError(c, 422, 'A repository has at most 100 secrets.')
    }
  })

  routes.delete('/:name', c =>
    secrets.remove(storedName(c.req.param('name')) ?? '') ? c.body(null, 204) : notFound(c),
  )

  return routes
}

const nameRule =
  'Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). ' +
  'Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_), and not with GITHUB_.'

function readSealed({ encrypted_value: value, key_id: keyId }: JsonObject, knownKey: string): Buffer {
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) {
    refuse(422, 'Invalid request.\n\n"encrypted_value" must be a sealed box in base64.')
  }
  if (keyId !== knownKey)
    refuse(422, 'Invalid request.\n\n"key_id" must name the public key of this repository.')
  return Buffer.from(value, 'base64')
}
