import type { Millis } from '../../../base/clock.ts'
import { RelayError } from '../../../base/errors.ts'
import type { Right, RightAnswer, TokenFacts } from '../../../model/repository.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, warning } from '../finding.ts'
import type { RepositorySource } from './repository-source.ts'

const name = 'token'

/** Where a token is made and given permissions. A classic one is at /settings/tokens, from where this page is linked. */
const page = 'https://github.com/settings/personal-access-tokens'
/** A token that ends sooner is worth a word, in days. */
const soonDays = 14

interface Need extends Right {
  readonly lack: string
  readonly why: string
  /** Without it no job is done; the others make the queue worse, and no more. */
  readonly isVital: boolean
}

const needs: readonly Need[] = [
  {
    permission: 'actions',
    level: 'write',
    lack: 'it may not start workflows',
    why: 'no job can be sent',
    isVital: true,
  },
  {
    permission: 'actions',
    level: 'read',
    lack: 'it may not read runs and their logs',
    why: 'no job can be followed, and no result fetched',
    isVital: true,
  },
  {
    permission: 'administration',
    level: 'read',
    lack: 'it may not see the runners',
    why: 'nobody can tell which machine is online: every job waits for the first that the policy names',
    isVital: false,
  },
]

export function tokenCheck(source: RepositorySource): Check {
  return { name, timeoutMs: 12_000, look: () => look(source) }
}

async function look(source: RepositorySource): Promise<readonly Finding[]> {
  try {
    const token = await source.readToken()
    if ((await source.readRepository()) === null) return [judgeUnseen(source.name)]
    return judgeToken(token, await source.askRights(token, needs), Date.now())
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'not_authorized') return [judgeRefused(thrown)]
    throw thrown
  }
}

/** What it may not do that RelayQ needs, and whether it ends soon. Pure. */
export function judgeToken(
  token: TokenFacts,
  rights: readonly RightAnswer[],
  now: Millis,
): readonly Finding[] {
  const isMissing = (need: Need) =>
    rights.some(
      right =>
        right.permission === need.permission && right.level === need.level && right.answer === 'missing',
    )
  const lacks = needs.filter(isMissing).map(need => judgeLack(need, token))
  const findings = [...lacks, ...judgeEnd(token, now)]
  return findings.length > 0 ? findings : [ok(name, inShort(token))]
}

function judgeRefused({ message }: RelayError): Finding {
  return problem(name, message, {
    why: 'nothing can be sent, seen or fetched: it has expired, was revoked, or was mistyped',
    mend: manualMend('gh auth login'),
    where: page,
  })
}

function judgeUnseen(repository: string): Finding {
  return problem(name, `it cannot see ${repository}, if that is there`, {
    why: 'GitHub hides a private repository from every token that was not given it',
    mend: manualMend('relayq init'),
    where: page,
  })
}

function judgeLack({ lack, why, isVital, permission, level }: Need, { kind }: TokenFacts): Finding {
  const access = level === 'write' ? 'Read and write' : 'Read-only'
  const wanted =
    kind === 'classic'
      ? 'give it the scope repo'
      : `give it "${permission === 'actions' ? 'Actions' : 'Administration'}: ${access}" for this repository`
  return (isVital ? problem : warning)(name, lack, { why: `${why}; ${wanted}`, where: page })
}

function judgeEnd({ endsAt }: TokenFacts, now: Millis): readonly Finding[] {
  if (endsAt === null) return []
  const days = Math.floor((Date.parse(endsAt) - now) / 86_400_000)
  if (days >= soonDays) return []
  return [
    warning(name, `it ends ${days < 1 ? 'within a day' : `in ${days} days`}, on ${endsAt.slice(0, 10)}`, {
      why: 'from then on nothing can be sent, seen or fetched; docs/RUNBOOK.md says how to change it',
      where: page,
    }),
  ]
}

function inShort({ kind, login, scopes, endsAt }: TokenFacts): string {
  const owner = login === null ? 'of no person' : `of ${login}`
  const sort = kind === 'classic' ? `classic, with ${scopes.join(', ')}` : 'fine-grained'
  return `${owner}; ${sort}; it may do all that is needed${endsAt === null ? '' : `, until ${endsAt.slice(0, 10)}`}`
}
