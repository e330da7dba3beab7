import type { Context, MiddlewareHandler } from 'hono'
import { randomId } from '../base/id.ts'
import type { Authenticator, Identity } from './auth.ts'
import type { ApiVersion, HubContext, HubEnv } from './context.ts'
import { apiError, notAccessible, notFound } from './errors.ts'
import { faultsPath } from './faults/inject-faults.ts'
import { isAllowed, requiredPermission } from './permissions.ts'
import type { RateLimit, RateLimits } from './rate-limits.ts'
import { restPath } from './urls.ts'

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

/** What costs nothing: the question for the limits (docs/protocol.md, "Rate limits"), and the way to lift one. */
const freePaths: readonly string[] = ['/rate_limit', faultsPath]

/**
 * Every answer says what is left; a 304 costs nothing (docs/protocol.md, "Conditional requests"). Who has used up a
 * limit hears 403, as of GitHub.
 */
export function countRequests(limits: RateLimits): Middleware {
  return async (c, next) => {
    const identity = c.get('identity')
    const isFree = freePaths.includes(restPath(c.req.path))
    if (!isFree && limits.refuses(identity)) {
      nameLimit(c, limits.refuse(identity))
      return apiError(c, 403, `API rate limit exceeded for ${callerOf(identity)}.`)
    }
    await next()
    nameLimit(c, isFree || c.res.status === 304 ? limits.read(identity) : limits.count(identity))
    return
  }
}

function nameLimit(c: Context<HubEnv>, { limit, used, remaining, reset }: RateLimit): void {
  c.header('X-RateLimit-Limit', String(limit))
  c.header('X-RateLimit-Remaining', String(remaining))
  c.header('X-RateLimit-Used', String(used))
  c.header('X-RateLimit-Reset', String(reset))
  c.header('X-RateLimit-Resource', 'core')
}

/** A job's token is an installation's, every other the one user's. */
function callerOf(identity: Identity): string {
  return identity.kind === 'job' ? 'installation ID 1' : 'user ID 1'
}

/** For the routes that GitHub has only pages for. */
export function requireOwner(what: string): Middleware {
  return async (c, next) =>
    c.get('identity').kind === 'owner' ? await next() : apiError(c, 403, `Only the owner may ${what}.`)
}

/**
 * A runner's configuration sends its token so, to the routes that register and remove runners
 * (docs/protocol.md, "Joining").
 */
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
