import { RelayError } from '../../../base/errors.ts'
import type { ActionsSettings, RepositoryFacts } from '../../../model/repository.ts'
import type { Check } from '../check.ts'
import { type Finding, manualMend, ok, problem, unseen, warning } from '../finding.ts'
import type { RepositorySource } from './repository-source.ts'

const name = 'repository'

/** `isHub`: nobody but its owner reaches a hub, so what keeps strangers out does not count there. */
export function settingsCheck(source: RepositorySource, isHub: boolean): Check {
  return {
    name,
    timeoutMs: 12_000,
    look: async () => {
      const [repository, actions] = await Promise.all([source.readRepository(), settingsOf(source)])
      return repository ? judgeSettings({ repository, actions, isHub }) : [unseen(name, 'it was not found')]
    },
  }
}

export interface SettingsFacts {
  readonly repository: RepositoryFacts
  /** Or why they could not be read. */
  readonly actions: ActionsSettings | RelayError
  readonly isHub: boolean
}

/** A token to submit with may do without seeing them. */
async function settingsOf(source: RepositorySource): Promise<ActionsSettings | RelayError> {
  try {
    return await source.readActionsSettings()
  } catch (thrown) {
    if (thrown instanceof RelayError && thrown.code === 'not_authorized') return thrown
    throw thrown
  }
}

/** What keeps jobs from running, lets strangers in, or loses results. Pure. */
export function judgeSettings(facts: SettingsFacts): readonly Finding[] {
  const { repository, actions } = facts
  const full = `${repository.owner}/${repository.name}`
  const findings = [
    ...judgeItself(facts, full),
    ...(actions instanceof RelayError
      ? [unseen(name, 'the token may not read its settings', { why: unreadable, where: full })]
      : judgeActions(actions, facts, full)),
  ]
  return findings.length > 0 ? findings : [ok(name, `${full} is set as it should be`)]
}

const unreadable =
  'whether Actions is on, and what may run, is not known; a token with "Administration: Read-only" can tell'

function judgeItself({ repository, isHub }: SettingsFacts, where: string): readonly Finding[] {
  const findings: Finding[] = []
  if (repository.visibility !== 'private' && !isHub) {
    findings.push(
      problem(name, `it is ${repository.visibility}`, {
        why: 'others can open a pull request whose workflow then runs on your machines',
        mend: manualMend(
          `gh repo edit ${where} --visibility private --accept-visibility-change-consequences`,
        ),
        where,
      }),
    )
  }
  if (repository.archived) {
    const mend = manualMend(`gh repo unarchive ${where}`)
    findings.push(problem(name, 'it is archived', { why: 'no workflow of it runs', mend, where }))
  }
  return findings
}

/** Results are artifacts, and are fetched when somebody looks at the job: they should last so many days. */
const shortestRetention = 3

function judgeActions(
  settings: ActionsSettings,
  { isHub }: SettingsFacts,
  where: string,
): readonly Finding[] {
  const { enabled, allowedActions, shaPinningRequired, workflowPermissions, retentionDays } = settings
  const details = { mend: manualMend('relayq init'), where }
  if (!enabled) return [problem(name, 'Actions is switched off', { why: 'no job runs', ...details })]
  const findings: Finding[] = []
  if (refusesUpload(settings)) {
    const why = 'every workflow of RelayQ ends with it: none of their jobs is even started'
    findings.push(problem(name, 'actions/upload-artifact may not run here', { why, ...details }))
  }
  if (allowedActions === 'all' && !shaPinningRequired && !isHub) {
    const why = 'a name that is moved to other code brings that code to your machines'
    findings.push(warning(name, 'any action may run, by a name that can be moved', { why, ...details }))
  }
  if (workflowPermissions.default === 'write' && !isHub) {
    const why = 'code that gets into a job can change the repository, and with it every later job'
    findings.push(
      warning(name, "a job's token may write unless its workflow says otherwise", { why, ...details }),
    )
  }
  if (retentionDays !== null && retentionDays < shortestRetention) {
    const days = retentionDays === 1 ? '1 day' : `${retentionDays} days`
    const why = 'a result that is not fetched by then is lost'
    findings.push(warning(name, `artifacts are kept for ${days} only`, { why, ...details }))
  }
  return findings
}

function refusesUpload({ allowedActions, selectedActions }: ActionsSettings): boolean {
  if (allowedActions === 'local_only') return true
  if (allowedActions === 'all' || selectedActions === null || selectedActions.githubOwned) return false
  return !selectedActions.patterns.some(pattern => /^actions\/(\*|upload-artifact)/.test(pattern))
}
