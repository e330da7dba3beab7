import { setTimeout as delay } from 'node:timers/promises'
import type { Context, MiddlewareHandler, Next } from 'hono'
import type { HubEnv } from '../context.ts'
import { apiError } from '../errors.ts'
import { restPath } from '../urls.ts'
import type { BreakingFault, Surface } from './decide.ts'
import type { FaultSwitches } from './fault-switches.ts'

/** How faults are switched off again: never hit by one. */
export const faultsPath = '/relayq/faults'

/** Does to requests what the faults that are on say; nothing, not even a timer, while none is. */
export function injectFaults(faults: FaultSwitches, surface: Surface): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    if (!faults.areOn) return await next()
    const path = restPath(c.req.path)
    if (path === faultsPath) return await next()
    const { delayMs, breaking } = faults.judge({ method: c.req.method, path, surface })
    if (delayMs > 0) await delay(delayMs)
    return breaking ? await inflict(breaking, c, next, faults) : await next()
  }
}

async function inflict(
  fault: BreakingFault,
  c: Context<HubEnv>,
  next: Next,
  faults: FaultSwitches,
): Promise<Response | undefined> {
  switch (fault.kind) {
    case 'error_before':
      return serverError(c, fault)
    case 'drop_before':
      return dropped(c)
    case 'secondary_limit':
      return secondaryLimit(c, fault)
    case 'error_after':
      await next()
      await replaceAnswer(c, () => serverError(c, fault))
      return
    case 'drop_after':
      await next()
      await replaceAnswer(c, () => dropped(c))
      return
    case 'stale_list':
      await next()
      await faults.staleLists.replace(c)
      return
  }
}

/** The router merges the headers of an answer that is there into the one that takes its place. */
async function replaceAnswer(c: Context<HubEnv>, make: () => Response): Promise<void> {
  await c.res.body?.cancel()
  c.res = undefined
  c.res = make()
}

function serverError(c: Context<HubEnv>, { status = 502 }: { readonly status?: 500 | 502 | 503 | 504 }) {
  return apiError(c, status, 'Server Error')
}

/** Who calls the app without a socket gets the answer that nobody else sees. */
function dropped(c: Context<HubEnv>): Response {
  c.env.outgoing?.destroy()
  return c.body(null, 502)
}

/** GitHub's words, by which clients know it; `Retry-After` in seconds (docs/protocol.md, "Rate limits"). */
function secondaryLimit(
  c: Context<HubEnv>,
  fault: { readonly status?: 403 | 429; readonly retry_after?: number },
): Response {
  c.header('Retry-After', String(fault.retry_after ?? 60))
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
  return apiError(c, fault.status ?? 403, message)
}
