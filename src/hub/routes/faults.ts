import { type Context, Hono } from 'hono'
import type { HubEnv } from '../context.ts'
import { refuse } from '../errors.ts'
import type { Fault } from '../faults/fault.ts'
import type { FaultSwitches } from '../faults/fault-switches.ts'
import { readFaults } from '../faults/read-faults.ts'
import { requireOwner } from '../middleware.ts'
import { readJsonObject } from '../request.ts'
import { Malformed } from '../untrusted.ts'

/** RelayQ's own: the owner makes the hub fail, to see what its clients make of that. Below `/relayq/faults`. */
export function faultRoutes(faults: FaultSwitches): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.use(requireOwner('switch faults'))

  routes.get('/', c => c.json({ faults: faults.list() }))

  routes.put('/', async c => {
    faults.set(await readRequest(c))
    return c.json({ faults: faults.list() })
  })

  routes.delete('/', c => {
    faults.set([])
    return c.body(null, 204)
  })

  return routes
}

async function readRequest(c: Context<HubEnv>): Promise<readonly Fault[]> {
  const body = await readJsonObject(c)
  try {
    return readFaults(body)
  } catch (thrown) {
    if (thrown instanceof Malformed) refuse(422, `Invalid request.\n\n${thrown.message}.`)
    throw thrown
  }
}
