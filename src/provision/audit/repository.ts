import type { RepositoryFacts, WorkflowPermissions } from '../../model/repository.ts'
import type { Check } from '../doctor/check.ts'
import { type Finding, manualMend, ok, problem, unseen, warning } from '../doctor/finding.ts'

const name = 'repository'

/** What GitHub says of the queue's repository, as far as strangers could use it. */
export interface Exposure {
  /** `octo/queue`. */
  readonly fullName: string
  readonly visibility: RepositoryFacts['visibility']
  readonly allowsForks: boolean
  /** Of a private one: whether pull requests from forks start workflows; null: this token may not know. */
  readonly runsForkPullRequests: boolean | null
  /** null: this token may not know. */
  readonly workflowPermissions: WorkflowPermissions | null
}

/** Whether strangers can reach the machines by the repository's settings. */
export function repositoryCheck(read: () => Promise<Exposure>): Check {
  return { name, timeoutMs: 20_000, look: async () => judgeExposure(await read()) }
}

/** Pure. */
export function judgeExposure(exposure: Exposure): readonly Finding[] {
  const findings = [...judgeVisibility(exposure), ...judgeForks(exposure), ...judgeTokens(exposure)]
  return findings.length > 0 ? findings : [ok(name, `${exposure.fullName} is ${exposure.visibility}`)]
}

function judgeVisibility({ fullName, visibility }: Exposure): readonly Finding[] {
  if (visibility !== 'public') return []
  const why = 'anyone can fork it, and by a pull request run code on your machines; its logs are read by all'
  const command = `gh repo edit ${fullName} --visibility private --accept-visibility-change-consequences`
  return [problem(name, `${fullName} is public`, { why, mend: manualMend(command) })]
}

function judgeForks({ fullName, visibility, allowsForks, runsForkPullRequests }: Exposure) {
  if (visibility === 'public') return []
  const path = `repos/${fullName}/actions/permissions/fork-pr-workflows-private-repos`
  if (runsForkPullRequests) {
    const why = 'whoever may read the repository can fork it, and run code on your machines'
    const mend = manualMend(`gh api -X PUT ${path} -F run_workflows_from_fork_pull_requests=false`)
    return [problem(name, 'pull requests from forks start workflows', { why, mend })]
  }
  if (!allowsForks || runsForkPullRequests === false) return []
  const mend = manualMend(`gh api -X PATCH repos/${fullName} -F allow_forking=false`)
  const why = 'whether their pull requests start workflows on your machines is not known'
  return [warning(name, `${fullName} may be forked`, { why, mend })]
}

function judgeTokens({ fullName, workflowPermissions }: Exposure): readonly Finding[] {
  if (workflowPermissions === null) {
    const mend = manualMend(`gh api repos/${fullName}/actions/permissions/workflow`)
    return [unseen(name, 'this token may not see what the tokens of jobs may do', { mend })]
  }
  const command = `gh api -X PUT repos/${fullName}/actions/permissions/workflow -f default_workflow_permissions=read -F can_approve_pull_request_reviews=false`
  const mend = manualMend(command)
  const wide = problem(name, 'by default the tokens of jobs may write everything', {
    why: 'a job of a workflow that declares no permissions can change the workflows themselves',
    mend,
  })
  const approving = warning(name, 'jobs may approve pull requests', {
    why: 'a job could approve its own change',
    mend,
  })
  return [
    ...(workflowPermissions.default === 'write' ? [wide] : []),
    ...(workflowPermissions.canApprovePullRequests ? [approving] : []),
  ]
}
