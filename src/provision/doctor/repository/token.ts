import type { Millis } from '../../../base/clock.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, unseen, warning } from '../finding.ts'
import { type GitHubAnswer, type GitHubReader, membersOf } from './github-reader.ts'

const name = 'token'

/** What GitHub answers to each thing that RelayQ does with its token. */
export interface TokenFacts {
  readonly repositoryName: string
  readonly user: GitHubAnswer
  readonly repository: GitHubAnswer
  readonly runs: GitHubAnswer
  readonly runners: GitHubAnswer
  /** Of a workflow that cannot exist: 404 is a yes. */
  readonly dispatch: GitHubAnswer
}

export function tokenCheck(reader: GitHubReader): Check {
  return {
    name,
    timeoutMs: 20_000,
    look: async () => {
      const [user, repository, runs, runners, dispatch] = await Promise.all([
        reader.askRoot('/user'),
        reader.ask(''),
        reader.ask('/actions/runs?per_page=1'),
        reader.ask('/actions/runners?per_page=1'),
        reader.askToDispatch(),
      ])
      const repositoryName = reader.repository
      return judgeToken({ repositoryName, user, repository, runs, runners, dispatch }, Date.now())
    },
  }
}

/** A token's page. A classic one is at /settings/tokens, from where this one can be reached. */
const page = 'https://github.com/settings/personal-access-tokens'
/** A token that ends sooner is worth a word, in days. */
const soonDays = 14

/** Whether it is valid, until when, and what it may not do that RelayQ needs. Pure. */
export function judgeToken(facts: TokenFacts, now: Millis): readonly Finding[] {
  const { user, repository, repositoryName } = facts
  if (user.status === 401 || repository.status === 401) {
    return [
      problem(name, `GitHub does not accept it: ${user.message || repository.message}`, {
        why: 'nothing can be sent, seen or fetched; it has expired, was revoked, or was mistyped',
        mend: manualMend('gh auth login'),
        where: page,
      }),
    ]
  }
  if (repository.status >= 400) {
    return [
      problem(name, `it cannot see ${repositoryName}: ${repository.message}`, {
        why: 'GitHub hides a private repository from a token that was not given it, and calls it not found',
        mend: manualMend('relayq init'),
        where: page,
      }),
    ]
  }
  const lacks = [...judgeAbilities(facts), ...judgeEnd(endOf(user), now)]
  return lacks.length > 0 ? lacks : [ok(name, `${whose(user)}; ${inShort(user)}`)]
}

interface Ability {
  readonly answer: GitHubAnswer
  readonly isThere: boolean
  readonly what: string
  readonly why: string
  /** By the words of GitHub's page. */
  readonly permission: string
  readonly isNeeded: boolean
}

function judgeAbilities({ runs, runners, dispatch }: TokenFacts): readonly Finding[] {
  const abilities: readonly Ability[] = [
    {
      answer: dispatch,
      // 404: it looked for the workflow, so it would have been started. 422: as GHES says it.
      isThere: dispatch.status === 404 || dispatch.status === 422,
      what: 'it may not start workflows',
      why: 'no job can be sent',
      permission: 'Actions: Read and write',
      isNeeded: true,
    },
    {
      answer: runs,
      isThere: runs.status < 400,
      what: 'it may not read runs and their logs',
      why: 'no job can be followed and no result fetched',
      permission: 'Actions: Read and write',
      isNeeded: true,
    },
    {
      answer: runners,
      isThere: runners.status < 400,
      what: 'it may not see the runners',
      why: 'the policy cannot tell which machine is online: every job waits for the first it names',
      permission: 'Administration: Read-only',
      isNeeded: false,
    },
  ]
  return abilities
    .filter(({ isThere }) => !isThere)
    .map(({ answer, what, why, permission, isNeeded }) => {
      if (answer.status !== 403 && answer.status !== 404) {
        return unseen(name, `GitHub answered ${answer.status} ${answer.message}`, { why })
      }
      return (isNeeded ? problem : warning)(name, what, {
        why: `${why}; give the token the permission "${permission}" for this repository`,
        mend: null,
        where: page,
      })
    })
}

/** GitHub names it in this header of every answer: `2027-01-31 12:00:00 UTC`. null: it does not end, or nobody says. */
function endOf({ headers }: GitHubAnswer): Millis | null {
  const end = Date.parse(headers.get('github-authentication-token-expiration') ?? '')
  return Number.isNaN(end) ? null : end
}

function judgeEnd(end: Millis | null, now: Millis): readonly Finding[] {
  if (end === null) return []
  const days = Math.floor((end - now) / 86_400_000)
  if (days >= soonDays) return []
  return [
    warning(name, `it ends ${days < 1 ? 'within a day' : `in ${days} days`}, on ${isoDay(end)}`, {
      why: 'from then on nothing can be sent, seen or fetched; docs/RUNBOOK.md says how to change it',
      mend: null,
      where: page,
    }),
  ]
}

function whose(user: GitHubAnswer): string {
  const { login } = membersOf(user)
  return typeof login === 'string' ? `of ${login}` : 'of no person'
}

function inShort(user: GitHubAnswer): string {
  const scopes = user.headers.get('x-oauth-scopes')
  const end = endOf(user)
  const kind = scopes ? `classic, with ${scopes}` : 'fine-grained'
  return `${kind}; it may start, follow and see all that is needed${end === null ? '' : `, until ${isoDay(end)}`}`
}

function isoDay(at: Millis): string {
  return new Date(at).toISOString().slice(0, 10)
}
