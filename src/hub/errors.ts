import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { asError } from '../base/errors.ts'
import type { HubEnv } from './context.ts'

/** GitHub's error body. `errors` names the fields at fault, where GitHub does. */
export function apiError(c: Context<HubEnv>, status: ContentfulStatusCode, message: string): Response {
  return c.json(
    { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
    { status },
  )
}

export function notFound(c: Context<HubEnv>): Response {
  return apiError(c, 404, 'Not Found')
}

/** What GitHub says to a token that lacks the permission. */
export function notAccessible(c: Context<HubEnv>): Response {
  return apiError(c, 403, 'Resource not accessible by integration')
}

/** Ends a request from within a function that reads it: the router's error handler makes GitHub's body of it. */
export function refuse(status: ContentfulStatusCode, message: string): never {
  throw new HTTPException(status, { message })
}

/** The last resort of every route. The client learns the request's id, the operator one line; neither gets a stack. */
export function errorHandler(log: (line: string) => void) {
  return (thrown: unknown, c: Context<HubEnv>): Response => {
    if (thrown instanceof HTTPException) return apiError(c, thrown.status, thrown.message)
    const requestId = c.get('requestId')
    const reason = asError(thrown).message.replaceAll(/\s+/g, ' ')
    log(`relayq: hub: ${c.req.method} ${c.req.path} failed (request ${requestId}): ${reason}`)
    return apiError(c, 500, `Server Error. Include the request id ${requestId} when you report it.`)
  }
}
