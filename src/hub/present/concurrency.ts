import type { components } from '@octokit/openapi-types'
import type { ConcurrencyMember } from '../store/records.ts'
import { type Addresses, repositoryApi, runPage } from './addresses.ts'

type GroupItem = components['schemas']['concurrency-group']['group_members'][number]
type RunGroupItem =
  components['schemas']['concurrency-group-run-list']['concurrency_groups'][number]['group_members'][number]

/** Names are people's own words: they may hold anything. */
export function groupUrl(addresses: Addresses, name: string): string {
  return `${repositoryApi(addresses)}/actions/concurrency_groups/${encodeURIComponent(name)}`
}

export function presentMember(addresses: Addresses, member: ConcurrencyMember): GroupItem {
  const { run, job } = member
  const api = `${repositoryApi(addresses)}/actions`
  const page = runPage(addresses, run)
  return {
    run_id: run.id,
    run_name: run.title,
    run_url: `${api}/runs/${run.id}`,
    run_html_url: page,
    ...(job && {
      job_id: job.id,
      job_name: job.name,
      job_url: `${api}/jobs/${job.id}`,
      job_html_url: `${page}#job-${job.id}`,
    }),
    status: member.active ? 'in_progress' : 'pending',
  }
}

/** `position`: 0 holds the group. */
export function presentPosition(
  addresses: Addresses,
  member: ConcurrencyMember,
  position: number,
): RunGroupItem {
  const { run, job, group } = member
  const ahead = job ? `ahead_of_job=${job.id}` : `ahead_of_run=${run.id}`
  return {
    ...presentMember(addresses, member),
    position,
    position_url: `${groupUrl(addresses, group)}?${ahead}`,
  }
}
