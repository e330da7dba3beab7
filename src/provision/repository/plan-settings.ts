import type { ActionsSettings } from '../../model/repository.ts'
import type { Change } from './plan.ts'

/** GitHub's default for a new repository: nobody has thought about it. */
const usualRetentionDays = 90

/** Artifacts of a private repository share 500 MB on the Free plan; a result is fetched to the VM long before. */
const wantedRetentionDays = 3

/**
 * What must be set of Actions, in the order in which it is to be done. `settings: null`: of a repository that is still to be
 * made. What the user has set more narrowly, or beside this, stays.
 */
export function planSettings(
  settings: ActionsSettings | null,
  retentionDays: number | null,
): readonly Change[] {
  return [
    ...policyChange(settings),
    ...selectedChange(settings),
    ...workflowChange(settings),
    ...retentionChange(settings, retentionDays),
  ]
}

function policyChange(settings: ActionsSettings | null): readonly Change[] {
  const wanted = { enabled: true, allowedActions: 'selected', shaPinningRequired: true } as const
  const { enabled, allowedActions, shaPinningRequired } = settings ?? {
    enabled: true,
    allowedActions: 'all',
    shaPinningRequired: false,
  }
  if (enabled && allowedActions === wanted.allowedActions && shaPinningRequired) return []
  const words = (policy: Pick<ActionsSettings, keyof typeof wanted>) =>
    [
      policy.enabled ? 'on' : 'off',
      `actions: ${policy.allowedActions}`,
      policy.shaPinningRequired ? 'pinned to a commit' : 'by any tag',
    ].join(', ')
  return [
    {
      kind: 'policy',
      policy: wanted,
      what: 'which actions may run',
      why: 'an action whose tag was moved would run on your machines',
      current: words({ enabled, allowedActions, shaPinningRequired }),
      wanted: words(wanted),
    },
  ]
}

/** Patterns and verified creators of a selection that the user has made are the user's. */
function selectedChange(settings: ActionsSettings | null): readonly Change[] {
  const selected = settings?.selectedActions ?? null
  if (selected?.githubOwned === true) return []
  const wanted = {
    githubOwned: true,
    verified: selected?.verified ?? false,
    patterns: selected?.patterns ?? [],
  }
  return [
    {
      kind: 'selected_actions',
      selected: wanted,
      what: 'the selected actions',
      why: 'the workflows use actions/upload-artifact, and nothing else is needed',
      current: selected === null ? 'none selected' : 'without GitHub’s own',
      wanted: selected === null ? 'GitHub’s own only' : 'with GitHub’s own',
    },
  ]
}

function workflowChange(settings: ActionsSettings | null): readonly Change[] {
  const current = settings?.workflowPermissions
  const wanted = { default: 'read', canApprovePullRequests: false } as const
  if (current?.default === wanted.default && !current.canApprovePullRequests) return []
  const words = (workflow: ActionsSettings['workflowPermissions']) =>
    `${workflow.default}${workflow.canApprovePullRequests ? ', may approve pull requests' : ''}`
  return [
    {
      kind: 'workflow_permissions',
      workflow: wanted,
      what: 'what a job’s token may do by default',
      why: 'RelayQ’s workflows ask for what they need; any other job should only read',
      current: current === undefined ? 'as your account has it' : words(current),
      wanted: words(wanted),
    },
  ]
}

/** `asked: null`: nothing was said; then only GitHub's own default is shortened. */
function retentionChange(settings: ActionsSettings | null, asked: number | null): readonly Change[] {
  const current = settings === null ? usualRetentionDays : settings.retentionDays
  if (current === null) return []
  const days = asked ?? (current === usualRetentionDays ? wantedRetentionDays : current)
  if (days === current) return []
  return [
    {
      kind: 'retention',
      days,
      what: 'how long artifacts and logs are kept',
      why: 'results are fetched when a job ends, and 500 MB are free',
      current: inDays(current),
      wanted: inDays(days),
    },
  ]
}

function inDays(days: number): string {
  return days === 1 ? '1 day' : `${days} days`
}
