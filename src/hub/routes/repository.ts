import type { components } from '@octokit/openapi-types'
import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { presentContent } from '../present/content.ts'
import { presentFullRepository } from '../present/repository.ts'
import type { Repository } from '../repository/repository.ts'
import { readBody } from '../request.ts'
import type { SettingsChange } from '../store/repository-settings.ts'
import { oneOf, optional, shape, text, yesOrNo } from '../untrusted.ts'
import { addressesOf } from './addresses.ts'
import { rawType } from './raw-type.ts'

/** The repository itself: its description and files at a ref. Below `/repos/{owner}/{repo}`. */
export function repositoryRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/', async c => c.json(await presentWhole(hub, c)))

  routes.patch('/', async c => {
    hub.engine.settings.change(await readBody(c, readChange))
    return c.json(await presentWhole(hub, c))
  })

  routes.get('/contents/:path{.*}?', async c => {
    const ref = c.req.query('ref') || repository.defaultBranch
    const path = (c.req.param('path') ?? '').replace(/^\/+|\/+$/g, '')
    return await answerContent(hub, c, { path, ref })
  })

  routes.get('/readme', async c => {
    const ref = c.req.query('ref') || repository.defaultBranch
    const path = await findReadme(repository, ref)
    return path === null ? notFound(c) : await answerContent(hub, c, { path, ref })
  })

  return routes
}

/** What the hub keeps of `PATCH /repos/{owner}/{repo}`; it opens no page, so these say no more than they were told. */
function readChange(body: unknown): SettingsChange {
  const asked = readAsked(body)
  const isPrivate = asked.private === undefined ? undefined : asked.private ? 'private' : 'public'
  return {
    visibility: asked.visibility ?? isPrivate,
    description: asked.description,
    hasIssues: asked.has_issues,
    hasProjects: asked.has_projects,
    hasWiki: asked.has_wiki,
  }
}

const readAsked = shape({
  private: optional(yesOrNo, undefined),
  visibility: optional(oneOf('private', 'public'), undefined),
  description: optional(text(350), undefined),
  has_issues: optional(yesOrNo, undefined),
  has_projects: optional(yesOrNo, undefined),
  has_wiki: optional(yesOrNo, undefined),
})

async function presentWhole(
  hub: HubContext,
  c: Context<HubEnv>,
): Promise<components['schemas']['full-repository']> {
  const { repository, engine } = hub
  const branch = await repository.resolve(repository.defaultBranch)
  const commit = branch && (await repository.readCommit(branch.sha))
  return presentFullRepository(addressesOf(hub, c), {
    defaultBranch: repository.defaultBranch,
    committedAt: commit?.committer.date ?? '1970-01-01T00:00:00Z',
    settings: engine.settings.read(),
  })
}

/** GitHub's order: the hidden folder, the root, the documentation (docs.github.com, "About the repository README file"). */
const readmeFolders = ['.github', '', 'docs'] as const

/** The first folder's; null when there is none. */
async function findReadme(repository: Repository, ref: string): Promise<string | null> {
  const resolved = await repository.resolve(ref)
  if (!resolved) return null
  for (const folder of readmeFolders) {
    const content = await repository.readPath(resolved.sha, folder)
    const entries = content?.type === 'dir' ? content.entries : []
    const found = entries.find(({ name, type }) => type === 'file' && /^readme(\.\w+)?$/i.test(name))
    if (found) return folder === '' ? found.name : `${folder}/${found.name}`
  }
  return null
}

async function answerContent(
  hub: HubContext,
  c: Context<HubEnv>,
  { path, ref }: { readonly path: string; readonly ref: string },
): Promise<Response> {
  const resolved = await hub.repository.resolve(ref)
  if (!resolved) return apiError(c, 404, `No commit found for the ref ${ref}`)
  const content = await hub.repository.readPath(resolved.sha, path)
  if (!content) return notFound(c)
  if (content.type === 'file' && !content.content) {
    return apiError(c, 403, 'This API returns blobs up to 1 MB in size.')
  }
  const raw = rawType(c.req.header('Accept'))
  if (content.type === 'file' && content.content && raw !== null) {
    return c.body(new Uint8Array(content.content), 200, { 'Content-Type': `${raw}; charset=utf-8` })
  }
  return c.json(presentContent(addressesOf(hub, c), { path, ref, content }))
}
