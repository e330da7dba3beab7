import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Millis } from '../base/clock.ts'

/**
 * Links that need no token: an HMAC over one path and its expiry. As with GitHub's redirects to stored logs, whoever
 * has the link can read that one thing until it expires.
 */
export class LinkSigner {
  readonly #key: string

  constructor(key: string) {
    this.#key = key
  }

  /** The path with its expiry and signature as a query. `path` has no query of its own. */
  sign(path: string, expiresAt: Millis): string {
    const expires = String(Math.floor(expiresAt / 1000))
    return `${path}?expires=${expires}&signature=${this.#mac(`link ${path} ${expires}`)}`
  }

  isValid(
    path: string,
    query: { readonly expires: string; readonly signature: string },
    now: Millis,
  ): boolean {
    const unexpired = /^\d{1,12}$/.test(query.expires) && Number(query.expires) * 1000 > now
    return unexpired && equal(query.signature, this.#mac(`link ${path} ${query.expires}`))
  }

  /** A word only this hub can make, for a purpose such as a login code; compare it with `isCode`. */
  code(purpose: string): string {
    return this.#mac(`code ${purpose}`)
  }

  isCode(purpose: string, given: string): boolean {
    return equal(given, this.code(purpose))
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}
