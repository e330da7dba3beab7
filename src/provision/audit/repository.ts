import type { Check } from '../doctor/check.ts'
import { type Finding, manualMend, ok, problem, unseen, warning } from '../doctor/finding.ts'

const name = 'repository'

/** What GitHub says of the queue's repository. null: this token may not know, or this server does not. */
export interface RepositoryFacts {
  /** `octo/queue`. */
  readonly fullName: string
  readonly visibility: string
  readonly allowsForks: boolean
  /** Of a private one: whether pull requests from forks start workflows. */
  readonly runsForkPullRequests: boolean | null
  /** What a job's token may do where its workflow says nothing. */
  readonly defaultPermissions: 'read' | 'write' | null
  /** Whether a job may approve pull requests. */
  readonly jobsApprove: boolean | null
}

/** Whether strangers can reach the machines by the repository's settings. */
export function repositoryCheck(read: () => Promise<RepositoryFacts>): Check {
  return { name, timeoutMs: 20_000, look: async () => judgeRepository(await read()) }
}

/** Pure. */
export function judgeRepository(facts: RepositoryFacts): readonly Finding[] {
  const findings = [...judgeVisibility(facts), ...judgeForks(facts), ...judgeTokens(facts)]
  return findings.length > 0 ? findings : [ok(name, `${facts.fullName} is ${facts.visibility}`)]
}

function judgeVisibility({ fullName, visibility }: RepositoryFacts): readonly Finding[] {
  if (visibility !== 'public') return []
  const why = 'anyone can fork it, and by a pull request run code on your machines; its logs are read by all'
  const command = `gh repo edit ${fullName} --visibility private --accept-visibility-change-consequences`
  return [problem(name, `${fullName} is public`, { why, mend: manualMend(command) })]
}

function judgeForks({ fullName, visibility, allowsForks, runsForkPullRequests }: RepositoryFacts) {
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

function judgeTokens({ fullName, defaultPermissions, jobsApprove }: RepositoryFacts): readonly Finding[] {
  const command = `gh api -X PUT repos/${fullName}/actions/permissions/workflow -f default_workflow_permissions=read -F can_approve_pull_request_reviews=false`
  const mend = manualMend(command)
  if (defaultPermissions === null) return [unseen(name, 'this token may not see what jobs’ tokens may do')]
  return [
    ...(defaultPermissions === 'write'
      ? [
          problem(name, 'jobs’ tokens may write everything by default', {
            why: 'a job of a workflow that declares no permissions can change the workflows themselves',
            mend,
          }),
        ]
      : []),
    ...(jobsApprove
      ? [warning(name, 'jobs may approve pull requests', { why: 'a job could approve its own change', mend })]
      : []),
  ]
}
