import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { presentUser } from '../present/user.ts'
import { addressesOf } from './addresses.ts'

/** Everything outside `/repos`: who am I, what are the limits, what is this server. */
export function metaRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/', c => {
    // What gh asks of a token before it calls somebody signed in.
    c.header('X-OAuth-Scopes', 'repo, read:org, workflow')
    const { api } = addressesOf(hub, c)
    return c.json({
      current_user_url: `${api}/user`,
      rate_limit_url: `${api}/rate_limit`,
      repository_url: `${api}/repos/{owner}/{repo}`,
    })
  })

  routes.get('/user', c => c.json(presentUser(addressesOf(hub, c), hub.repository.owner)))

  routes.get('/meta', c =>
    c.json({
      verifiable_password_authentication: false,
      relayq: { instance_id: hub.instanceId },
    }),
  )

  routes.get('/rate_limit', c => {
    const core = {
      limit: unlimited,
      used: 0,
      remaining: unlimited,
      reset: Math.floor(hub.clock() / 1000) + 3600,
    }
    const resources = { core, search: core, graphql: core }
    return c.json(c.get('apiVersion') === '2022-11-28' ? { resources, rate: core } : { resources })
  })

  return routes
}

/** A hub does not limit its owner; clients want a number. */
const unlimited = 1_000_000
