import type { Right, RightAnswer } from '../../model/repository.ts'

/** What a token is for, and what it must be allowed for that. */
export interface TokenUse {
  /** "to submit jobs" */
  readonly aim: string
  readonly rights: readonly NeededRight[]
  /** Days after which it should expire. */
  readonly expiresInDays: number
}

interface NeededRight extends Right {
  readonly why: string
  /** Without it the token is no use at all. */
  readonly required: boolean
}

/** What every command needs, every day: nothing by which the repository could be deleted or a machine added. */
export const submitting: TokenUse = {
  aim: 'to submit jobs',
  expiresInDays: 366,
  rights: [
    {
      permission: 'actions',
      level: 'write',
      required: true,
      why: 'starts and cancels runs, and reads their results',
    },
    {
      permission: 'contents',
      level: 'write',
      required: false,
      why: 'sends a file of this machine along with a job',
    },
    { permission: 'administration', level: 'read', required: false, why: 'sees which machines are online' },
  ],
}

/** Needed once: to set the repository up and to enrol machines. Whoever has it can delete the repository. */
export const settingUp: TokenUse = {
  aim: 'to set up and to enrol machines',
  expiresInDays: 7,
  rights: [
    {
      permission: 'administration',
      level: 'write',
      required: true,
      why: 'sets what Actions may do, and registers machines',
    },
    { permission: 'contents', level: 'write', required: true, why: 'writes RelayQ’s files' },
    { permission: 'workflows', level: 'write', required: true, why: 'writes those that are workflows' },
  ],
}

/** To see the runners that an organisation shares among its repositories. */
export const seeingShared: Right = { permission: 'organization_self_hosted_runners', level: 'read' }

/** Those of `rights` that the token has not; what cannot be asked counts as there. */
export function missingRights(
  answers: readonly RightAnswer[],
  rights: readonly Right[],
): readonly RightAnswer[] {
  return answers.filter(
    ({ answer, ...asked }) => answer === 'missing' && rights.some(right => isSame(right, asked)),
  )
}

export function allRights(): readonly Right[] {
  const rights = [...submitting.rights, ...settingUp.rights]
  return rights.filter((right, at) => rights.findIndex(other => isSame(right, other)) === at)
}

/** As GitHub's page for tokens has it: "Actions: Read and write". */
export function rightInWords({ permission, level }: Right): string {
  const name = permission
    .replace('organization_', '')
    .replaceAll('_', ' ')
    .replace('self hosted', 'self-hosted')
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  return `${title}: ${level === 'write' ? 'Read and write' : 'Read-only'}`
}

/**
 * GitHub's page for a new fine-grained token with everything filled in but the repository, which a link cannot choose
 * (changelog of 2025-08-26).
 */
export function tokenPage(host: string, owner: string, { aim, rights, expiresInDays }: TokenUse): string {
  const url = new URL(`https://${host}/settings/personal-access-tokens/new`)
  url.searchParams.set('name', `RelayQ ${aim}`.slice(0, 40))
  url.searchParams.set('target_name', owner)
  url.searchParams.set('expires_in', String(expiresInDays))
  for (const { permission, level } of rights) url.searchParams.set(permission, level)
  return url.href
}

function isSame(a: Right, b: Right): boolean {
  return a.permission === b.permission && a.level === b.level
}
