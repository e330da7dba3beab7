import { isJsonObject } from '../../../base/json.ts'
import type { Check } from '../check.ts'
import { type Finding, type Mend, manualMend, ok, problem, unseen, warning } from '../finding.ts'
import { type GitHubAnswer, type GitHubReader, membersOf, refusalOf } from './github-reader.ts'

const name = 'repository'

export interface SettingsFacts {
  readonly repositoryName: string
  /** Nobody but its owner reaches a hub: what keeps strangers out does not count there. */
  readonly isHub: boolean
  readonly repository: GitHubAnswer
  readonly actions: GitHubAnswer
  /** 409 unless the allowed actions are selected ones. */
  readonly selected: GitHubAnswer
  readonly workflow: GitHubAnswer
  readonly retention: GitHubAnswer
}

export function settingsCheck(reader: GitHubReader, isHub: boolean): Check {
  return {
    name,
    timeoutMs: 20_000,
    look: async () => {
      const [repository, actions, selected, workflow, retention] = await Promise.all([
        reader.ask(''),
        reader.ask('/actions/permissions'),
        reader.ask('/actions/permissions/selected-actions'),
        reader.ask('/actions/permissions/workflow'),
        reader.ask('/actions/permissions/artifact-and-log-retention'),
      ])
      const repositoryName = reader.repository
      return judgeSettings({ repositoryName, isHub, repository, actions, selected, workflow, retention })
    },
  }
}

/** The results of a job are artifacts, and are fetched when somebody looks at it: they should last so many days. */
const shortestRetention = 3

/** What the repository is set to, where it keeps jobs from running or lets strangers in. Pure. */
export function judgeSettings(facts: SettingsFacts): readonly Finding[] {
  const { repository, actions, repositoryName } = facts
  if (repository.status >= 400) return [unseen(name, refusalOf(repository))]
  const findings = [
    ...judgeItself(facts),
    ...(actions.status >= 400
      ? [unseen(`${name} settings`, refusalOf(actions), details)]
      : judgeActions(facts)),
  ]
  const bad = findings.filter(({ severity }) => severity !== 'ok')
  return bad.length > 0 ? bad : [ok(name, `${repositoryName} is set as it should be`)]
}

const details = {
  why: 'whether Actions is on, and what may run, is not known; a token with "Administration: Read-only" can tell',
}

function judgeItself({ repository, repositoryName, isHub }: SettingsFacts): readonly Finding[] {
  const { private: isPrivate, archived, disabled } = membersOf(repository)
  const where = repositoryName
  return [
    ...(isPrivate === false && !isHub
      ? [
          problem(name, 'it is public', {
            why: 'anyone can open a pull request whose workflow then runs on your machines',
            mend: manualMend(
              `gh repo edit ${where} --visibility private --accept-visibility-change-consequences`,
            ),
            where,
          }),
        ]
      : []),
    ...(archived === true || disabled === true
      ? [
          problem(name, archived === true ? 'it is archived' : 'GitHub has disabled it', {
            why: 'no workflow of it runs',
            mend: archived === true ? manualMend(`gh repo unarchive ${where}`) : null,
            where,
          }),
        ]
      : []),
  ]
}

function judgeActions(facts: SettingsFacts): readonly Finding[] {
  const { actions, isHub, repositoryName, workflow, retention } = facts
  const { enabled, allowed_actions: allowed, sha_pinning_required: pinned } = membersOf(actions)
  const mend = manualMend('relayq init')
  const where = repositoryName
  if (enabled === false) {
    return [problem(name, 'Actions is switched off', { why: 'no job runs', mend, where })]
  }
  const { default_workflow_permissions: rights } = membersOf(workflow)
  const { days } = membersOf(retention)
  return [
    ...judgeAllowed(facts, mend),
    ...(allowed === 'all' && pinned !== true && !isHub
      ? [
          warning(name, 'any action may run, under a name that others can move to other code', {
            why: 'a stolen action then runs on your machines',
            mend,
            where,
          }),
        ]
      : []),
    ...(rights === 'write' && !isHub
      ? [
          warning(name, 'the token of a job may write unless its workflow says otherwise', {
            why: 'code that gets into a job could change the repository, and with it every later job',
            mend,
            where,
          }),
        ]
      : []),
    ...(typeof days === 'number' && days < shortestRetention
      ? [
          warning(name, `artifacts are kept for ${days === 1 ? '1 day' : `${days} days`} only`, {
            why: 'a result that is not fetched by then is lost',
            mend,
            where,
          }),
        ]
      : []),
  ]
}

/** RelayQ's workflows call actions/upload-artifact. */
function judgeAllowed({ actions, selected, repositoryName }: SettingsFacts, mend: Mend): readonly Finding[] {
  const { allowed_actions: allowed } = membersOf(actions)
  const isRefused =
    allowed === 'local_only' || (allowed === 'selected' && selected.status < 400 && !allowsUpload(selected))
  if (!isRefused) return []
  return [
    problem(name, 'actions/upload-artifact may not run here', {
      why: 'every job of RelayQ ends with it: none is even started',
      mend,
      where: repositoryName,
    }),
  ]
}

function allowsUpload(selected: GitHubAnswer): boolean {
  const { github_owned_allowed: owned, patterns_allowed: patterns } = membersOf(selected)
  const named = Array.isArray(patterns) ? patterns.map(String) : []
  return owned === true || named.some(pattern => /^actions\/(\*|upload-artifact)/.test(pattern))
}

/** Whether a branch or tag of that name is there; null: the default branch is used. */
export function refCheck(reader: GitHubReader, ref: string | null): Check {
  const check = 'ref'
  return {
    name: check,
    timeoutMs: 10_000,
    look: async () => {
      if (ref === null) return []
      const short = ref.replace(/^refs\/(heads|tags)\//, '')
      const path = short.split('/').map(encodeURIComponent).join('/')
      const answers = await Promise.all(
        ['heads', 'tags'].map(async kind => await reader.ask(`/git/ref/${kind}/${path}`)),
      )
      if (answers.some(({ data }) => isJsonObject(data))) return [ok(check, `${ref} is there`)]
      const other = answers.find(({ status }) => status !== 404)
      if (other) return [unseen(check, refusalOf(other))]
      return [
        problem(check, `there is no branch or tag ${JSON.stringify(ref)} in ${reader.repository}`, {
          why: 'jobs are dispatched at it (RELAYQ_REF): GitHub refuses each of them',
          mend: manualMend(`git push origin HEAD:refs/heads/${short}`),
        }),
      ]
    },
  }
}
