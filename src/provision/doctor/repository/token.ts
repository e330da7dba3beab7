import type { Millis } from '../../../base/clock.ts'
import { RelayError } from '../../../base/errors.ts'
import type { Right, RightAnswer, TokenFacts } from '../../../model/repository.ts'
import { missingRights, rightInWords, submitting } from '../../repository/token-rights.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'
import type { RepositorySource } from './repository-source.ts'

const name = 'token'

/** What the token to set up may, and the one to submit is not to. */
const enrolling: Right = { permission: 'administration', level: 'write' }

/** A token that ends sooner is worth a word, in days. */
const soonDays = 14

/** What comes of it where a right is missing. */
const consequences: Readonly<Record<Right['permission'], string>> = {
  actions: 'no job can be sent, followed or fetched',
  administration:
    'nobody can tell which machine is online: every job waits for the first that the policy names',
  contents: 'no file of this machine can be sent along with a job',
  workflows: 'no workflow can be written',
  organization_self_hosted_runners: 'runners that the organisation shares are not seen',
}

export function tokenCheck(source: RepositorySource): Check {
  return { name, timeoutMs: 12_000, look: () => look(source) }
}

async function look(source: RepositorySource): Promise<readonly Finding[]> {
  try {
    const token = await source.readToken()
    if ((await source.readRepository()) === null) return [judgeUnseen(source)]
    const rights = await source.askRights(token, [...submitting.rights, enrolling])
    return judgeToken({ token, rights, page: source.tokenPage }, Date.now())
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'not_authorized')
      return [judgeRefused(thrown, source.tokenPage)]
    throw thrown
  }
}

interface TokenSeen {
  readonly token: TokenFacts
  /** What was answered to what submitting needs, and to what setting up does. */
  readonly rights: readonly RightAnswer[]
  /** Where another is made; null: nowhere, as of a hub's. */
  readonly page: string | null
}

/** What it may not do that RelayQ needs, and whether it ends soon. Pure. */
export function judgeToken({ token, rights, page }: TokenSeen, now: Millis): readonly Finding[] {
  const mayEnrol = rights.some(({ permission, level, answer }) => {
    return permission === enrolling.permission && level === enrolling.level && answer === 'granted'
  })
  const lacks = missingRights(rights, submitting.rights).map(right =>
    mayEnrol && right.permission === 'actions' ? judgeMixedUp(right) : judgeLack(right, token, page),
  )
  const findings = [...lacks, ...judgeEnd(token, page, now)]
  return findings.length > 0 ? findings : [ok(name, inShort(token))]
}

function judgeRefused({ message }: RelayError, page: string | null): Finding {
  return problem(name, message, {
    why: 'nothing can be sent, seen or fetched: it has expired, was revoked, or was mistyped',
    mend: manualMend(page === null ? 'unset RELAYQ_TOKEN' : 'relayq init --token-stdin'),
    where: page,
  })
}

function judgeUnseen({ name: repository, tokenPage }: RepositorySource): Finding {
  return problem(name, `it cannot see ${repository}, if that is there`, {
    why: 'GitHub hides a private repository from every token that was not given it',
    mend: manualMend(`relayq init ${repository}`),
    where: tokenPage,
  })
}

/** A machine was set up in this shell: nothing is wrong with either token. */
function judgeMixedUp(right: Right): Finding {
  return problem(name, `it is the one to set up, and lacks ${rightInWords(right)}`, {
    why: `${consequences.actions} with it; what runs on this machine does without`,
    mend: manualMend(
      'unset GH_TOKEN RELAYQ_TOKEN  # what relayq init has kept is used then, if it was said here',
    ),
  })
}

function judgeLack(right: RightAnswer, { kind }: TokenFacts, page: string | null): Finding {
  const { permission, level, needed } = right
  const isRequired = submitting.rights.some(
    one => one.permission === permission && one.level === level && one.required,
  )
  const lacking = kind === 'classic' ? `the scope ${needed ?? 'repo'}` : rightInWords(right)
  return (isRequired ? problem : warning)(name, `it lacks ${lacking}`, {
    why: consequences[permission],
    where: page,
  })
}

function judgeEnd({ endsAt }: TokenFacts, page: string | null, now: Millis): readonly Finding[] {
  if (endsAt === null) return []
  const days = Math.floor((Date.parse(endsAt) - now) / 86_400_000)
  if (days >= soonDays) return []
  return [
    warning(name, `it ends ${days < 1 ? 'within a day' : `in ${days} days`}, on ${endsAt.slice(0, 10)}`, {
      why: 'from then on nothing can be sent, seen or fetched',
      mend: manualMend('relayq init --token-stdin'),
      where: page,
    }),
  ]
}

function inShort({ kind, login, scopes, endsAt }: TokenFacts): string {
  const owner = login === null ? 'of no person' : `of ${login}`
  const sort = kind === 'classic' ? `classic, with ${scopes.join(', ')}` : 'fine-grained'
  return `${owner}; ${sort}; it may do all that is needed${endsAt === null ? '' : `, until ${endsAt.slice(0, 10)}`}`
}
