import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { presentPermission } from '../present/user.ts'
import { addressesOf } from './addresses.ts'

/** Who may do what: the owner everything, and there is nobody else. Below `/repos/{owner}/{repo}/collaborators`. */
export function collaboratorRoutes(hub: HubContext): Hono<HubEnv> {
  const { owner } = hub.repository
  const routes = new Hono<HubEnv>()
  const isOwner = (c: Context<HubEnv>): boolean =>
    c.req.param('username')?.toLowerCase() === owner.toLowerCase()

  routes.get('/:username', c => (isOwner(c) ? c.body(null, 204) : notFound(c)))

  routes.get('/:username/permission', c =>
    isOwner(c) ? c.json(presentPermission(addressesOf(hub, c), owner)) : notFound(c),
  )

  return routes
}
