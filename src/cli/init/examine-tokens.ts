import { asError, RelayError } from '../../base/errors.ts'
import { GitHubClient } from '../../github/client.ts'
import { readRepository } from '../../github/repository-settings.ts'
import type { GitHubTarget } from '../../github/target.ts'
import { askRights, readToken } from '../../github/token-rights.ts'
import type { Right, RightAnswer, TokenFacts } from '../../model/repository.ts'
import { allRights, missingRights, submitting } from '../../provision/repository/token-rights.ts'

/** A token that may be of use, and where it was found. */
export interface FoundToken {
  readonly value: string
  /** For people: "GH_TOKEN", "standard input". */
  readonly origin: string
  /** It was handed to this command, and is kept when it serves. */
  readonly isGiven: boolean
}

export interface ExaminedToken extends FoundToken, TokenFacts {
  /** Its client, for as long as the command runs. */
  readonly client: GitHubClient
  /** null: there is no repository yet, or the token cannot see it. */
  readonly rights: readonly RightAnswer[] | null
}

/**
 * What a token is and may do. One that the server does not know ends the command when it was given (`not_authorized`), and
 * is passed over with a word when it was only found: null.
 */
export async function examineToken(
  target: Omit<GitHubTarget, 'token'>,
  token: FoundToken,
  warn: (line: string) => void,
): Promise<ExaminedToken | null> {
  const client = new GitHubClient({ ...target, token: token.value })
  try {
    const facts = await readToken(client)
    const isSeen = (await readRepository(client)) !== null
    const rights = isSeen ? await askRights(client, facts, allRights()) : null
    return { ...token, ...facts, client, rights }
  } catch (thrown) {
    client.close()
    if (!(thrown instanceof RelayError) || thrown.code !== 'not_authorized' || token.isGiven) throw thrown
    warn(`the token of ${token.origin} is of no use: ${asError(thrown).message}`)
    return null
  }
}

/** The one to submit with: of those that may the one that may least besides, for it lies on this machine every day. */
export function tokenToSubmit(tokens: readonly ExaminedToken[]): ExaminedToken | null {
  const able = ableTokens(tokens, requiredToSubmit)
  return able.find(token => !mayAdminister(token)) ?? able[0] ?? null
}

/**
 * One that may do all of this; where there is no repository yet, one that may try to make it. Whether a token may write
 * workflows cannot be asked, so that one that may administer comes first: it was made for setting up.
 */
export function tokenFor(tokens: readonly ExaminedToken[], rights: readonly Right[]): ExaminedToken | null {
  const able = ableTokens(tokens, rights)
  return able.find(mayAdminister) ?? able[0] ?? null
}

export function mayAdminister(token: ExaminedToken): boolean {
  return mayAll(token, [{ permission: 'administration', level: 'write' }])
}

/** Where one token sees the repository, one that does not is of no use. */
function ableTokens(tokens: readonly ExaminedToken[], rights: readonly Right[]): readonly ExaminedToken[] {
  const isSeen = tokens.some(token => token.rights !== null)
  return tokens.filter(token => (token.rights !== null || !isSeen) && mayAll(token, rights))
}

const requiredToSubmit = submitting.rights.filter(right => right.required)

/** A classic token is known by its scopes also where there is no repository; a fine-grained one must be tried. */
function mayAll(token: ExaminedToken, rights: readonly Right[]): boolean {
  if (token.rights !== null) return missingRights(token.rights, rights).length === 0
  return token.kind === 'fine_grained' || token.scopes.includes('repo')
}
