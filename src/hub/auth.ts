import { createHash, timingSafeEqual } from 'node:crypto'
import type { Permissions } from '../workflow/workflow.ts'
import type { RegistrationPurpose } from './registration-token.ts'
import type { JobIdentity } from './scheduler/engine.ts'

/** Who a request speaks for. */
export type Identity =
  /** The hub's owner, or a token with the scope `admin`: everything. */
  | { readonly kind: 'owner' }
  /** `read`: to look at everything. `dispatch`: to start, cancel and clear away runs besides. */
  | { readonly kind: 'token'; readonly id: number; readonly scope: 'read' | 'dispatch' }
  /** What its permissions say, as GitHub's fine-grained tokens. */
  | { readonly kind: 'fine_grained'; readonly id: number; readonly permissions: Permissions }
  /** The set-up of a runner: see registration-token.ts. */
  | { readonly kind: 'registration'; readonly purpose: RegistrationPurpose }
  /** A running job: what its `permissions` allow. */
  | { readonly kind: 'job'; readonly job: JobIdentity }

export interface Authenticator {
  /** null: no token, or one that is not known. */
  authenticate(authorization: string | undefined): Identity | null
}

export function createAuthenticator(
  ownerToken: string,
  identify: (token: string) => Identity | null,
): Authenticator {
  const expected = digest(ownerToken)
  return {
    authenticate(authorization) {
      for (const token of tokensOf(authorization ?? '')) {
        if (timingSafeEqual(digest(token), expected)) return { kind: 'owner' }
        const identity = identify(token)
        if (identity) return identity
      }
      return null
    },
  }
}

/** Equal lengths whatever was sent, so that the comparison takes the same time for every wrong token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/**
 * The tokens a header may mean. GitHub takes Bearer and `token`; Basic with the token as password (git, checkout's
 * `x-access-token`) or as user name; RemoteAuth is how a runner's configuration sends one
 * (docs/protocol.md, "Joining").
 */
function tokensOf(authorization: string): readonly string[] {
  const match = /^(bearer|token|remoteauth|basic) +(\S+)$/i.exec(authorization.trim())
  const [, scheme, value] = match ?? []
  if (scheme === undefined || value === undefined) return []
  if (scheme.toLowerCase() !== 'basic') return [value]
  const [user = '', ...password] = Buffer.from(value, 'base64').toString('utf8').split(':')
  return [password.join(':'), user].filter(token => token !== '')
}
