import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { presentContent } from '../present/content.ts'
import { presentFullRepository } from '../present/repository.ts'
import { addressesOf } from './addresses.ts'

/** The repository itself: its description and files at a ref. Below `/repos/{owner}/{repo}`. */
export function repositoryRoutes(hub: HubContext): Hono<HubEnv> {
  const { repository } = hub
  const routes = new Hono<HubEnv>()

  routes.get('/', async c => {
    const branch = await repository.resolve(repository.defaultBranch)
    const commit = branch && (await repository.readCommit(branch.sha))
    return c.json(
      presentFullRepository(addressesOf(hub, c), {
        defaultBranch: repository.defaultBranch,
        committedAt: commit?.committer.date ?? '1970-01-01T00:00:00Z',
      }),
    )
  })

  routes.get('/contents/:path{.*}?', async c => {
    const ref = c.req.query('ref') || repository.defaultBranch
    const path = (c.req.param('path') ?? '').replace(/^\/+|\/+$/g, '')
    const resolved = await repository.resolve(ref)
    if (!resolved) return apiError(c, 404, `No commit found for the ref ${ref}`)
    const content = await repository.readPath(resolved.sha, path)
    if (!content) return notFound(c)
    if (content.type === 'file' && !content.content) {
      return apiError(c, 403, 'This API returns blobs up to 1 MB in size.')
    }
    const raw = rawType(c.req.header('Accept'))
    if (content.type === 'file' && content.content && raw !== null) {
      return c.body(new Uint8Array(content.content), 200, { 'Content-Type': `${raw}; charset=utf-8` })
    }
    return c.json(presentContent(addressesOf(hub, c), { path, ref, content }))
  })

  return routes
}

/** The type itself when raw bytes are asked for: `application/vnd.github.raw+json`, or the older `…v3.raw`. */
function rawType(accept: string | undefined): string | null {
  return /application\/vnd\.github\.(v3\.)?raw(\+json)?/.exec(accept ?? '')?.[0] ?? null
}
