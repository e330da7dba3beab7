import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notAccessible, notFound, refuseFields } from '../errors.ts'
import { apiVersions } from '../middleware.ts'
import { presentRoot } from '../present/root.ts'
import { presentPublicUser } from '../present/user.ts'
import { readBody } from '../request.ts'
import { shape, text } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'

/** Everything outside `/repos`: who am I, what are the limits, what is this server. */
export function metaRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/', c => {
    nameScopes(c)
    return c.json(presentRoot(addressesOf(hub, c)))
  })

  routes.get('/user', c => {
    if (c.get('identity').kind === 'job') return notAccessible(c)
    nameScopes(c)
    return c.json(presentPublicUser(addressesOf(hub, c), hub.repository.owner))
  })

  routes.post('/user/repos', async c => {
    c.header('X-Accepted-GitHub-Permissions', 'administration=write')
    const { name } = await readBody(c, readCreation)
    if (c.get('identity').kind === 'job') return notAccessible(c)
    if (name.toLowerCase() === hub.repository.name.toLowerCase()) {
      refuseFields({
        resource: 'Repository',
        code: 'custom',
        field: 'name',
        message: 'name already exists on this account',
      })
    }
    const { owner, name: served } = hub.repository
    return apiError(c, 403, `This hub serves ${owner}/${served} and makes no other repository.`)
  })

  routes.get('/users/:username', c => {
    const { owner } = hub.repository
    const isKnown = c.req.param('username').toLowerCase() === owner.toLowerCase()
    return isKnown ? c.json(presentPublicUser(addressesOf(hub, c), owner)) : notFound(c)
  })

  routes.get('/zen', c => c.text('Design for failure.'))

  routes.get('/versions', c => c.json(apiVersions))

  routes.get('/meta', c =>
    c.json({
      verifiable_password_authentication: false,
      relayq: { instance_id: hub.instanceId },
    }),
  )

  routes.get('/rate_limit', c => {
    const core = hub.rateLimits.read(c.get('identity'))
    const resources = { core, search: core, graphql: core }
    return c.json(c.get('apiVersion') === '2022-11-28' ? { resources, rate: core } : { resources })
  })

  return routes
}

const readCreation = shape({ name: text(100, 1) })

/** What gh asks of a token before it calls somebody signed in. Fine-grained tokens have none, as GitHub's. */
function nameScopes(c: Context<HubEnv>): void {
  if (c.get('identity').kind === 'fine_grained') return
  c.header('X-OAuth-Scopes', 'repo, read:org, workflow')
}
