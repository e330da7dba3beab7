import type { components } from '@octokit/openapi-types'
import type { JobRecord, RunRecord, StepRecord } from '../store/records.ts'
import { type Addresses, nodeId, repositoryApi, runPage } from './addresses.ts'

type Job = components['schemas']['job']
type Step = NonNullable<Job['steps']>[number]

export function presentJob(
  addresses: Addresses,
  run: RunRecord,
  job: JobRecord,
  steps: readonly StepRecord[],
): Job {
  const api = repositoryApi(addresses)
  return {
    id: job.id,
    run_id: job.runId,
    workflow_name: run.workflowName,
    head_branch: run.headBranch,
    run_url: `${api}/actions/runs/${job.runId}`,
    run_attempt: job.runAttempt,
    node_id: nodeId('CheckRun', job.id),
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${runPage(addresses, run)}#job-${job.id}`,
    status: job.status,
    conclusion: presentConclusion(job.conclusion),
    created_at: job.createdAt,
    started_at: job.startedAt ?? job.createdAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: steps.map(presentStep),
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: [...job.labels],
    runner_id: job.runnerId,
    runner_name: job.runnerName,
    runner_group_id: job.runnerId === null ? null : 1,
    runner_group_name: job.runnerId === null ? null : 'Default',
  }
}

function presentStep(step: StepRecord): Step {
  return {
    name: step.name,
    status: step.status === 'in_progress' || step.status === 'completed' ? step.status : 'queued',
    conclusion: step.conclusion,
    number: step.number,
    started_at: step.startedAt,
    completed_at: step.completedAt,
  }
}

/** Two conclusions exist for runs only; a job never has them. */
export function presentConclusion(conclusion: JobRecord['conclusion']): Job['conclusion'] {
  return conclusion === 'stale' || conclusion === 'startup_failure' ? 'failure' : conclusion
}
