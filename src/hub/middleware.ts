import { setTimeout as delay } from 'node:timers/promises'
import type { MiddlewareHandler } from 'hono'
import { randomId } from '../base/id.ts'
import type { Authenticator } from './auth.ts'
import type { ApiVersion, HubContext, HubEnv } from './context.ts'
import { apiError, notAccessible, notFound } from './errors.ts'
import { isAllowed, requiredPermission } from './permissions.ts'
import type { RateLimits } from './rate-limits.ts'

type Middleware = MiddlewareHandler<HubEnv>

/**
 * Every answer names its request and the hub's instance. One to a body that was not read to its end says that the
 * connection is over, or a client would send its next request on it.
 */
export function stampAnswers(hub: Pick<HubContext, 'instanceId'>): Middleware {
  return async (c, next) => {
    const requestId = randomId(16).toUpperCase()
    c.set('requestId', requestId)
    await next()
    c.header('X-GitHub-Request-Id', requestId)
    c.header('X-RelayQ-Instance', hub.instanceId)
    if (c.res.status === 413) c.header('Connection', 'close')
  }
}

/** As GitHub's answers say it; some clients read a body as JSON only when its type is spelled so. */
export function nameMediaType(): Middleware {
  return async (c, next) => {
    await next()
    if (c.res.headers.get('Content-Type') !== 'application/json') return
    c.header('Content-Type', 'application/json; charset=utf-8')
    c.header('X-GitHub-Media-Type', 'github.v3; format=json')
  }
}

/** Adds the latency of a distant broker; 0 adds nothing, not even a timer. */
export function slowDown(latencyMs: number): Middleware {
  return async (_, next) => {
    if (latencyMs > 0) await delay(latencyMs)
    await next()
  }
}

export function requireToken(authenticator: Authenticator): Middleware {
  return async (c, next) => {
    const authorization = c.req.header('Authorization')
    if (isRemoteAuth(authorization) && !c.req.path.includes('/actions/runner')) {
      return apiError(c, 401, 'Bad credentials')
    }
    const identity = authenticator.authenticate(authorization)
    if (!identity) return apiError(c, 401, authorization ? 'Bad credentials' : 'Requires authentication')
    c.set('identity', identity)
    return await next()
  }
}

/** Every answer says what is left; a 304, and the question itself, cost nothing (github.md §C7). */
export function countRequests(limits: RateLimits): Middleware {
  return async (c, next) => {
    await next()
    const identity = c.get('identity')
    const isFree = c.res.status === 304 || /^(\/api\/v3)?\/rate_limit$/.test(c.req.path)
    const { limit, used, remaining, reset } = isFree ? limits.read(identity) : limits.count(identity)
    c.header('X-RateLimit-Limit', String(limit))
    c.header('X-RateLimit-Remaining', String(remaining))
    c.header('X-RateLimit-Used', String(used))
    c.header('X-RateLimit-Reset', String(reset))
    c.header('X-RateLimit-Resource', 'core')
  }
}

/** A runner's configuration sends its token so, to the routes that register and remove runners (runner-protocol §2.2). */
function isRemoteAuth(authorization: string | undefined): boolean {
  return /^remoteauth /i.test(authorization ?? '')
}

const defaultVersion: ApiVersion = '2022-11-28'
export const apiVersions: readonly string[] = [defaultVersion, '2026-03-10'] satisfies ApiVersion[]

/** No header means the oldest version GitHub still serves. */
export function requireApiVersion(): Middleware {
  return async (c, next) => {
    const asked = c.req.header('X-GitHub-Api-Version') ?? defaultVersion
    if (!isVersion(asked)) {
      return apiError(
        c,
        400,
        `${asked} is not a supported API version. Supported: ${apiVersions.join(', ')}.`,
      )
    }
    c.set('apiVersion', asked)
    c.header('X-GitHub-Api-Version-Selected', asked)
    return await next()
  }
}

function isVersion(text: string): text is ApiVersion {
  return apiVersions.includes(text)
}

/** Another repository does not exist here; a job's token may do only what its workflow's permissions grant. */
export function requirePermission(repository: { readonly owner: string; readonly name: string }): Middleware {
  const known = `${repository.owner}/${repository.name}`.toLowerCase()
  return async (c, next) => {
    if (`${c.req.param('owner')}/${c.req.param('repo')}`.toLowerCase() !== known) return notFound(c)
    const path = c.req.path.replace(/^(\/api\/v3)?\/repos\/[^/]+\/[^/]+/, '')
    const required = requiredPermission(c.req.method, path)
    if (required) c.header('X-Accepted-GitHub-Permissions', `${required.scope}=${required.level}`)
    if (!isAllowed(c.get('identity'), c.req.method, path)) {
      return notAccessible(c)
    }
    return await next()
  }
}
