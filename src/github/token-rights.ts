import { RelayError } from '../base/errors.ts'
import type { Right, RightAnswer, TokenFacts } from '../model/repository.ts'
import type { GitHubClient } from './client.ts'
import { acceptedPermissions, statusOf } from './errors.ts'
import { organisationRunners } from './runners.ts'

/**
 * Whose the token is and of which kind. GitHub names the scopes of a classic token in X-OAuth-Scopes and leaves the header
 * out for a fine-grained one. Throws `not_authorized` for a token that nobody knows.
 */
export async function readToken(client: GitHubClient): Promise<TokenFacts> {
  const { headers, data } = await client.getRoot('/user')
  const scopes = headers.get('x-oauth-scopes')
  const login = (data as { readonly login?: unknown } | null)?.login
  return {
    kind: scopes === undefined ? 'fine_grained' : 'classic',
    scopes: (scopes ?? '').split(',').flatMap(scope => scope.trim() || []),
    login: typeof login === 'string' ? login : null,
    endsAt: timeOf(headers.get('github-authentication-token-expiration')),
  }
}

/** `2027-01-31 12:00:00 UTC`, which no token without an end has. */
function timeOf(text: string | undefined): string | null {
  const at = Date.parse(text ?? '')
  return Number.isNaN(at) ? null : new Date(at).toISOString()
}

/** What a token may do with a repository that it can see. Nothing is changed: see `questions`. */
export async function askRights(
  client: GitHubClient,
  token: Pick<TokenFacts, 'kind' | 'scopes'>,
  rights: readonly Right[],
): Promise<readonly RightAnswer[]> {
  const answers: RightAnswer[] = []
  for (const right of rights) {
    answers.push(token.kind === 'classic' ? byScope(right, token.scopes) : await ask(client, right))
  }
  return answers
}

/** `repo` is every right over a private repository, but for workflow files. */
const scopeOf: Readonly<Record<Right['permission'], string>> = {
  actions: 'repo',
  administration: 'repo',
  contents: 'repo',
  workflows: 'workflow',
  organization_self_hosted_runners: 'admin:org',
}

function byScope(right: Right, scopes: readonly string[]): RightAnswer {
  const scope = scopeOf[right.permission]
  return scopes.includes(scope)
    ? { ...right, answer: 'granted', needed: null }
    : { ...right, answer: 'missing', needed: scope }
}

/**
 * GitHub decides whether a token may before it looks at what is asked for: with the permission a run, runner or ref that
 * cannot be is 404 or 422, without it 403. So each of these tells, and does nothing.
 */
const questions: Readonly<Record<string, (client: GitHubClient) => Promise<unknown>>> = {
  'actions=read': client => client.get('/actions/runs', { per_page: 1 }),
  'actions=write': client => client.delete('/actions/runs/0'),
  'administration=read': client => client.get('/actions/runners', { per_page: 1 }),
  'administration=write': client => client.delete('/actions/runners/0'),
  'organization_self_hosted_runners=read': client =>
    client.getRoot(organisationRunners(client.target.owner), { per_page: 1 }),
  'contents=read': client => client.get('/branches', { per_page: 1 }),
  'contents=write': client => client.patch('/git/refs/heads/relayq-no-such-branch', { sha: '0'.repeat(40) }),
}

/** Whether the token may register machines at the repository. */
export async function mayRegister(client: GitHubClient): Promise<boolean> {
  const { answer } = await ask(client, { permission: 'administration', level: 'write' })
  return answer === 'granted'
}

async function ask(client: GitHubClient, right: Right): Promise<RightAnswer> {
  const question = questions[`${right.permission}=${right.level}`]
  if (!question) return { ...right, answer: 'unknown', needed: null }
  try {
    await question(client)
  } catch (thrown) {
    const status = statusOf(thrown)
    const isAboutRights = thrown instanceof RelayError && thrown.code === 'not_authorized' && status === 403
    if (isAboutRights) return { ...right, answer: 'missing', needed: acceptedPermissions(thrown) }
    if (status !== 404 && status !== 409 && status !== 422) throw thrown
  }
  return { ...right, answer: 'granted', needed: null }
}
