import type { components } from '@octokit/openapi-types'
import type { WorkflowEntry } from '../repository/workflow-catalog.ts'
import { type Addresses, nodeId, repositoryApi, repositoryPage } from './addresses.ts'

type Workflow = components['schemas']['workflow']

export function presentWorkflow(
  addresses: Addresses,
  entry: WorkflowEntry,
  details: {
    readonly name: string
    readonly branch: string
    readonly committedAt: string
    readonly state: Workflow['state']
  },
): Workflow {
  return {
    id: entry.id,
    node_id: nodeId('Workflow', entry.id),
    name: details.name,
    path: entry.path,
    state: details.state,
    created_at: details.committedAt,
    updated_at: details.committedAt,
    url: `${repositoryApi(addresses)}/actions/workflows/${entry.id}`,
    html_url: `${repositoryPage(addresses)}/blob/${details.branch}/${entry.path}`,
    badge_url: `${repositoryPage(addresses)}/workflows/${encodeURIComponent(details.name)}/badge.svg`,
  }
}
