import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { asError } from '../base/errors.ts'
import type { HubEnv } from './context.ts'

/** One field at fault, in GitHub's words. */
export interface FieldError {
  readonly resource: string
  readonly code: 'already_exists' | 'custom' | 'invalid' | 'missing_field'
  readonly field?: string
  readonly message?: string
}

/** GitHub's error body. `errors` names the fields at fault, where GitHub does. */
export function apiError(
  c: Context<HubEnv>,
  status: ContentfulStatusCode,
  message: string,
  errors?: readonly FieldError[],
): Response {
  return c.json(
    {
      message,
      ...(errors ? { errors } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(status),
    },
    { status },
  )
}

export function notFound(c: Context<HubEnv>): Response {
  return apiError(c, 404, 'Not Found')
}

/** What GitHub says to a token that lacks the permission. */
export function notAccessible(c: Context<HubEnv>): Response {
  const caller = c.get('identity')?.kind === 'fine_grained' ? 'personal access token' : 'integration'
  return apiError(c, 403, `Resource not accessible by ${caller}`)
}

/** Ends a request from within a function that reads it: the router's error handler makes GitHub's body of it. */
export function refuse(status: ContentfulStatusCode, message: string): never {
  throw new HTTPException(status, { message })
}

/** A request that was understood and has faults: GitHub names each of them. */
class ValidationFailed extends HTTPException {
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[]) {
    super(422, { message: 'Validation Failed' })
    this.errors = errors
  }
}

/** Ends a request as `refuse` does, with the fields at fault. */
export function refuseFields(...errors: readonly FieldError[]): never {
  throw new ValidationFailed(errors)
}

/** The last resort of every route. The client learns the request's id, the operator one line; neither gets a stack. */
export function errorHandler(log: (line: string) => void) {
  return (thrown: unknown, c: Context<HubEnv>): Response => {
    if (thrown instanceof ValidationFailed) return apiError(c, 422, thrown.message, thrown.errors)
    if (thrown instanceof HTTPException) return apiError(c, thrown.status, thrown.message)
    const requestId = c.get('requestId')
    const reason = asError(thrown).message.replaceAll(/\s+/g, ' ')
    log(`${c.req.method} ${c.req.path} failed (request ${requestId}): ${reason}`)
    return apiError(c, 500, `Server Error. Include the request id ${requestId} when you report it.`)
  }
}
