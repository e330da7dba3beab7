import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { linkPages, pageOf, pageQuery } from '../pagination.ts'
import { presentWorkflow } from '../present/workflow.ts'
import { isCalled, type WorkflowEntry } from '../repository/workflow-catalog.ts'
import type { WorkflowOfRuns } from '../store/records.ts'
import { addressesOf } from './addresses.ts'

/** Workflows of the default branch, below `/actions/workflows`: list, get, enable, disable. */
export function workflowRoutes(hub: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/', async c => {
    const sha = await defaultSha(hub)
    const entries = sha === null ? [] : await hub.catalog.list(sha)
    const query = pageQuery(c)
    const page = pageOf(entries, query)
    linkPages(c, query, page.totalCount)
    const workflows = await Promise.all(page.items.map(entry => present(hub, c, sha ?? '', entry)))
    return c.json({ total_count: page.totalCount, workflows })
  })

  routes.get('/:workflow', async c => {
    const found = await findOnDefaultBranch(hub, c.req.param('workflow'))
    if (found) return c.json(await present(hub, c, found.sha, found.entry))
    const gone = findOfRuns(hub, c.req.param('workflow'))
    return gone ? c.json(presentGone(hub, c, gone)) : notFound(c)
  })

  for (const action of ['enable', 'disable'] as const) {
    routes.put(`/:workflow/${action}`, async c => {
      const found = await findOnDefaultBranch(hub, c.req.param('workflow'))
      if (!found) return notFound(c)
      hub.engine.setWorkflowDisabled(found.entry.path, action === 'disable')
      return c.body(null, 204)
    })
  }

  return routes
}

/** By file name, path or id, as REST's `{workflow_id}` takes them; null when the default branch has no such workflow. */
export async function findOnDefaultBranch(
  hub: HubContext,
  idOrName: string,
): Promise<{ readonly sha: string; readonly entry: WorkflowEntry } | null> {
  const sha = await defaultSha(hub)
  const entry = sha === null ? null : await hub.catalog.find(sha, idOrName)
  return sha !== null && entry ? { sha, entry } : null
}

/** A workflow that is not (or no longer) on the default branch is known as long as one of its runs is. */
export function findOfRuns(hub: HubContext, idOrName: string): WorkflowOfRuns | null {
  const known = hub.engine.reader.listWorkflowsOfRuns()
  return known.find(({ path }) => isCalled(hub.catalog.entry(path), idOrName)) ?? null
}

function presentGone(hub: HubContext, c: Context<HubEnv>, { path, name, startedAt }: WorkflowOfRuns) {
  const branch = hub.repository.defaultBranch
  const details = { name, branch, committedAt: startedAt, state: 'deleted' } as const
  return presentWorkflow(addressesOf(hub, c), hub.catalog.entry(path), details)
}

async function defaultSha({ repository }: HubContext): Promise<string | null> {
  return (await repository.resolve(repository.defaultBranch))?.sha ?? null
}

/** A file that cannot be read as a workflow goes by its path, as on GitHub. */
async function present(hub: HubContext, c: Context<HubEnv>, sha: string, entry: WorkflowEntry) {
  const [parsed, commit] = await Promise.all([
    hub.catalog.read(sha, entry.path),
    hub.repository.readCommit(sha),
  ])
  return presentWorkflow(addressesOf(hub, c), entry, {
    state: hub.engine.reader.isWorkflowDisabled(entry.path) ? 'disabled_manually' : 'active',
    name: parsed?.kind === 'valid' ? parsed.workflow.name : entry.path,
    branch: hub.repository.defaultBranch,
    committedAt: commit?.committer.date ?? '1970-01-01T00:00:00Z',
  })
}
