import type { MiddlewareHandler } from 'hono'
import type { Clock } from '../base/clock.ts'
import type { HubEnv } from './context.ts'

/** Whoever tries tokens fills no log. */
const quietMs = 60_000

/**
 * A line for the operator when a token is refused, whatever it was for: at once, and then at most one a minute, which
 * says how many there were.
 */
export function reportRefusedTokens(clock: Clock, log: (line: string) => void): MiddlewareHandler<HubEnv> {
  let refused = 0
  let quietUntil = 0
  return async (c, next) => {
    await next()
    if (c.res.status !== 401 || c.req.header('Authorization') === undefined || isPage(c.res)) return
    refused += 1
    if (clock() < quietUntil) return
    const many = refused === 1 ? 'a request' : `${refused} requests`
    log(`${many} with a token that is not known there, or no longer; the last: ${c.req.method} ${c.req.path}`)
    refused = 0
    quietUntil = clock() + quietMs
  }
}

/** Those ask for a cookie: a token that comes along is not theirs to judge. */
function isPage({ headers }: Response): boolean {
  return headers.get('Content-Type')?.startsWith('text/html') ?? false
}
