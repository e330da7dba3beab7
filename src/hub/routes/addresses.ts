import type { Context } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import type { Addresses } from '../present/addresses.ts'
import { originOf } from '../request.ts'

/** The addresses for one answer: `/api/v3` where the client came by it, the bare origin otherwise. */
export function addressesOf(hub: HubContext, c: Context<HubEnv>): Addresses {
  const prefix = c.req.path.startsWith('/api/v3') ? '/api/v3' : ''
  return {
    api: `${originOf(c)}${prefix}`,
    server: hub.urls().server,
    owner: hub.repository.owner,
    name: hub.repository.name,
  }
}
