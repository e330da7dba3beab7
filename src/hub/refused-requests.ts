import type { MiddlewareHandler } from 'hono'
import type { Clock } from '../base/clock.ts'
import type { HubEnv } from './context.ts'

/** Whoever tries what is not theirs fills no log. */
const quietMs = 60_000

/** What is told of, and how. A 404 or 409 is an answer like any other. */
const kinds: ReadonlyMap<number, string> = new Map([
  [400, 'that cannot be read'],
  [401, 'with a token that is not known there, or no longer'],
  [403, 'with a token that may not do it'],
  [413, 'with more than is taken'],
  [422, 'that asks for what cannot be'],
])

/**
 * A line for the operator when a request is refused: of each kind at once, and then at most one a minute, which says how
 * many there were.
 */
export function reportRefusals(clock: Clock, log: (line: string) => void): MiddlewareHandler<HubEnv> {
  const told = new Map<number, { count: number; quietUntil: number }>()
  return async (c, next) => {
    await next()
    const { status } = c.res
    const kind = kinds.get(status)
    if (kind === undefined || isQuestion(c.req.header('Authorization'), c.res)) return
    const known = told.get(status) ?? { count: 0, quietUntil: 0 }
    const count = known.count + 1
    if (clock() < known.quietUntil) {
      told.set(status, { ...known, count })
      return
    }
    const many = count === 1 ? 'a request' : `${count} requests`
    log(`refused ${many} ${kind} (${status}); the last: ${c.req.method} ${c.req.path}`)
    told.set(status, { count: 0, quietUntil: clock() + quietMs })
  }
}

/** Pages ask for their cookie, and clients for what is needed: neither brought a token. */
function isQuestion(authorization: string | undefined, { status, headers }: Response): boolean {
  const isPage = headers.get('Content-Type')?.startsWith('text/html') ?? false
  return isPage || (status === 401 && authorization === undefined)
}
