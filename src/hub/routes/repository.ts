import { Readable } from 'node:stream'
import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { presentContent } from '../present/content.ts'
import { presentFullRepository } from '../present/repository.ts'
import { addressesOf } from './addresses.ts'

/** The repository itself: its description, files at a ref, and a tarball. Below `/repos/{owner}/{repo}`. */
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
    if (content.type === 'file' && content.content && wantsRaw(c.req.header('Accept'))) {
      return c.body(new Uint8Array(content.content), 200, { 'Content-Type': 'application/octet-stream' })
    }
    return c.json(presentContent(addressesOf(hub, c), { path, ref, content }))
  })

  routes.get('/tarball/:ref{.*}?', async c => {
    const resolved = await repository.resolve(c.req.param('ref') || repository.defaultBranch)
    if (!resolved) return notFound(c)
    const name = `${repository.owner}-${repository.name}-${resolved.sha.slice(0, 7)}.tar.gz`
    const stream = Readable.toWeb(repository.openTarball(resolved.sha)) as ReadableStream<Uint8Array>
    return c.body(stream, 200, {
      'Content-Type': 'application/x-gzip',
      'Content-Disposition': `attachment; filename="${name}"`,
    })
  })

  return routes
}

/** `application/vnd.github.raw+json`, and the older `application/vnd.github.v3.raw`. */
function wantsRaw(accept: string | undefined): boolean {
  return /application\/vnd\.github\.(v3\.)?raw/.test(accept ?? '')
}
