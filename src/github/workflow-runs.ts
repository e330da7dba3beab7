import type { Run } from '../model/run.ts'
import type { GitHubClient } from './client.ts'
import { runFrom } from './read.ts'
import type { Query } from './target.ts'
import { workflowFile } from './workflow-file.ts'

/** The runs of a workflow that were dispatched, newest first, read page by page as they are asked for. */
export async function* dispatchedRuns(
  client: GitHubClient,
  workflow: string,
  filter: Query = {},
): AsyncGenerator<Run> {
  const path = `/actions/workflows/${encodeURIComponent(workflowFile(workflow))}/runs`
  for await (const item of client.list(path, 'workflow_runs', { event: 'workflow_dispatch', ...filter }))
    yield runFrom(item)
}
