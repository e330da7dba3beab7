import type { MiddlewareHandler } from 'hono'
import type { Clock, Millis } from '../base/clock.ts'
import type { HubEnv } from './context.ts'
import { apiError } from './errors.ts'
import type { Signer } from './signing.ts'

/**
 * Links that need no token: a signature over one path and its expiry. As with GitHub's redirects to stored logs, whoever
 * has the link can read that one thing until it expires.
 */
export class SignedLinks {
  readonly #signer: Signer

  constructor(signer: Signer) {
    this.#signer = signer
  }

  /** The path with its expiry and signature as a query. `path` has no query of its own. */
  sign(path: string, expiresAt: Millis): string {
    const expires = String(Math.floor(expiresAt / 1000))
    return `${path}?expires=${expires}&signature=${this.#signer.sign('link', `${path} ${expires}`)}`
  }

  isValid(
    path: string,
    query: { readonly expires: string; readonly signature: string },
    now: Millis,
  ): boolean {
    const unexpired = /^\d{1,12}$/.test(query.expires) && Number(query.expires) * 1000 > now
    return unexpired && this.#signer.verify('link', `${path} ${query.expires}`, query.signature)
  }
}

/** Lets only those through who have a link that is still good. */
export function requireSignature(links: SignedLinks, clock: Clock): MiddlewareHandler<HubEnv> {
  return async (c, next) => {
    const { expires = '', signature = '' } = c.req.query()
    if (links.isValid(c.req.path, { expires, signature }, clock())) return await next()
    return apiError(c, 403, 'This link has expired, or was never valid. Ask the API for a new one.')
  }
}
