import type { components } from '@octokit/openapi-types'
import type { Commit } from '../repository/repository.ts'
import { workflowId } from '../repository/workflow-catalog.ts'
import type { RunRecord } from '../store/records.ts'
import { type Addresses, nodeId, repositoryApi, runPage } from './addresses.ts'
import { presentMinimalRepository, repositoryId } from './repository.ts'
import { presentUser } from './user.ts'

/** `commit`: null when the run's commit is no longer in the repository. */
export function presentRun(
  addresses: Addresses,
  run: RunRecord,
  commit: Commit | null,
): components['schemas']['workflow-run'] {
  const repository = presentMinimalRepository(addresses)
  const actor = presentUser(addresses, run.actor)
  const url = `${repositoryApi(addresses)}/actions/runs/${run.id}`
  const workflow = workflowId(`${addresses.owner}/${addresses.name}/${run.workflowPath}`)
  return {
    id: run.id,
    name: run.workflowName,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflowPath,
    display_title: run.title,
    run_number: run.runNumber,
    run_attempt: run.runAttempt,
    referenced_workflows: [],
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflow,
    url,
    html_url: runPage(addresses, run),
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    actor,
    triggering_actor: actor,
    run_started_at: run.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryApi(addresses)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.runAttempt > 1 ? `${url}/attempts/${run.runAttempt - 1}` : null,
    workflow_url: `${repositoryApi(addresses)}/actions/workflows/${workflow}`,
    head_commit: commit && presentSimpleCommit(commit),
    repository,
    head_repository: repository,
    head_repository_id: repositoryId,
  }
}

/** As `GET .../attempts/{n}` shows it: what it has made is found below the attempt. */
export function presentRunAttempt(
  addresses: Addresses,
  run: RunRecord,
  commit: Commit | null,
): components['schemas']['workflow-run'] {
  const presented = presentRun(addresses, run, commit)
  const attempt = `${presented.url}/attempts/${run.runAttempt}`
  return {
    ...presented,
    html_url: `${presented.html_url}/attempts/${run.runAttempt}`,
    jobs_url: `${attempt}/jobs`,
    logs_url: `${attempt}/logs`,
  }
}

export function presentSimpleCommit(commit: Commit): components['schemas']['simple-commit'] {
  return {
    id: commit.sha,
    tree_id: commit.treeSha,
    message: commit.message,
    timestamp: commit.committer.date,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  }
}
