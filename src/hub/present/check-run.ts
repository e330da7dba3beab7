import type { components } from '@octokit/openapi-types'
import type { Commit } from '../repository/repository.ts'
import type { AnnotationRecord, CheckRunRecord, RunRecord } from '../store/records.ts'
import { type Addresses, escapePath, nodeId, repositoryApi, runPage } from './addresses.ts'
import { presentConclusion } from './job.ts'
import { presentMinimalRepository } from './repository.ts'
import { presentSimpleCommit } from './run.ts'
import { presentUser } from './user.ts'

/** GitHub's own id of Actions, by which clients tell its checks from those of others. */
export const actionsAppId = 15_368

export function presentCheckRun(
  addresses: Addresses,
  checkRun: CheckRunRecord,
): components['schemas']['check-run'] {
  const { id, runId, output } = checkRun
  const url = `${repositoryApi(addresses)}/check-runs/${id}`
  const page = pageOf(addresses, checkRun)
  return {
    id,
    name: checkRun.name,
    node_id: nodeId('CheckRun', id),
    head_sha: checkRun.headSha,
    external_id: checkRun.externalId,
    url,
    html_url: page,
    details_url: checkRun.detailsUrl ?? page,
    status: checkRun.status,
    conclusion: presentConclusion(checkRun.conclusion),
    started_at: checkRun.startedAt,
    completed_at: checkRun.completedAt,
    output: {
      ...output,
      annotations_count: checkRun.annotationsCount,
      annotations_url: `${url}/annotations`,
    },
    check_suite: runId === null ? null : { id: runId },
    app: presentActionsApp(addresses),
    pull_requests: [],
  }
}

/** Of the run it belongs to, at the job where it is one: a hub has no page of a single check run. */
function pageOf(addresses: Addresses, { id, runId, isJob }: CheckRunRecord): string | null {
  if (runId === null) return null
  const page = runPage(addresses, { id: runId })
  return isJob ? `${page}#job-${id}` : page
}

/** A run is its jobs' check suite. `count`: of its check runs. */
export function presentCheckSuite(
  addresses: Addresses,
  run: RunRecord,
  commit: Commit,
  count: number,
): components['schemas']['check-suite'] {
  const url = `${repositoryApi(addresses)}/check-suites/${run.id}`
  return {
    id: run.id,
    node_id: nodeId('CheckSuite', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    status: run.status,
    conclusion: run.conclusion,
    url,
    before: null,
    after: null,
    pull_requests: [],
    app: presentActionsApp(addresses),
    repository: presentMinimalRepository(addresses),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    head_commit: presentSimpleCommit(commit),
    latest_check_runs_count: count,
    check_runs_url: `${url}/check-runs`,
  }
}

export function presentAnnotation(
  addresses: Addresses,
  headSha: string,
  annotation: AnnotationRecord,
): components['schemas']['check-annotation'] {
  const { path } = annotation
  return {
    path,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    start_column: annotation.startColumn,
    end_column: annotation.endColumn,
    annotation_level: annotation.level,
    title: annotation.title ?? '',
    message: annotation.message,
    raw_details: annotation.rawDetails,
    blob_href: `${repositoryApi(addresses)}/contents/${escapePath(path)}?ref=${headSha}`,
  }
}

/** Every check run is of GitHub's app for Actions; in a hub the owner runs it. */
function presentActionsApp(addresses: Addresses): components['schemas']['integration'] {
  return {
    id: actionsAppId,
    slug: 'github-actions',
    node_id: nodeId('App', actionsAppId),
    owner: presentUser(addresses, addresses.owner),
    name: 'GitHub Actions',
    description: null,
    external_url: addresses.server,
    html_url: `${addresses.server}/apps/github-actions`,
    created_at: '1970-01-01T00:00:00Z',
    updated_at: '1970-01-01T00:00:00Z',
    permissions: { checks: 'write', metadata: 'read' },
    events: [],
  }
}
