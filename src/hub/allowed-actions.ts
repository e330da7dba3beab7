import type { RepositorySettings } from './store/repository-settings.ts'

type Rules = Pick<
  RepositorySettings,
  'allowedActions' | 'shaPinningRequired' | 'githubOwnedAllowed' | 'patternsAllowed'
>

/** An action of another repository, as a step names it. */
export interface UsedAction {
  /** `owner/repo` */
  readonly name: string
  readonly path: string
  readonly ref: string
}

/**
 * Why a workflow that uses these actions must not run, in GitHub's words; null where it may. A hub cannot know who is a
 * verified creator, so that switch allows nothing here.
 */
export function refusalOfActions(
  actions: readonly UsedAction[],
  rules: Rules,
  repository: { readonly owner: string; readonly name: string },
): string | null {
  const where = `not allowed in ${repository.owner}/${repository.name} because`
  const strangers = actions.filter(action => !isAllowed(action, rules, repository.owner))
  if (strangers.length > 0) {
    const allowed = allowedWords[rules.allowedActions].replace('OWNER', repository.owner)
    return `${listed(strangers)} ${where} all actions must be ${allowed}.`
  }
  const loose = rules.shaPinningRequired ? actions.filter(({ ref }) => !/^[0-9a-f]{40}$/.test(ref)) : []
  if (loose.length === 0) return null
  return `${listed(loose)} ${where} all actions must be pinned to a full-length commit SHA.`
}

const allowedWords = {
  all: 'anything',
  local_only: 'from a repository owned by OWNER',
  selected: 'from a repository owned by OWNER, or match one of the patterns that its settings allow',
} as const

function isAllowed(action: UsedAction, rules: Rules, owner: string): boolean {
  const itsOwner = action.name.split('/')[0]?.toLowerCase() ?? ''
  if (rules.allowedActions === 'all' || itsOwner === owner.toLowerCase()) return true
  if (rules.allowedActions === 'local_only') return false
  const isForbidden = rules.patternsAllowed.some(
    rule => rule.startsWith('!') && matches(rule.slice(1), action),
  )
  if (isForbidden) return false
  if (rules.githubOwnedAllowed && githubsOwn.has(itsOwner)) return true
  return rules.patternsAllowed.some(rule => matches(rule, action))
}

/** The organisations whose actions count as GitHub's own. */
const githubsOwn: ReadonlySet<string> = new Set(['actions', 'github'])

function matches(pattern: string, { name, path, ref }: UsedAction): boolean {
  const expression = pattern.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')
  const whole = `${name}${path === '' ? '' : `/${path}`}@${ref}`
  return new RegExp(`^${expression}$`, 'i').test(whole)
}

function listed(actions: readonly UsedAction[]): string {
  const names = [
    ...new Set(actions.map(({ name, path, ref }) => `${name}${path === '' ? '' : `/${path}`}@${ref}`)),
  ]
  const [only] = names
  if (names.length === 1) return `The action ${only} is`
  return `The actions ${names.slice(0, -1).join(', ')} and ${names.at(-1)} are`
}
