import { Readable } from 'node:stream'
import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { requireSignature } from '../links.ts'
import { archiveName } from '../repository/repository.ts'
import { originOf } from '../request.ts'

/** GitHub's links to the archives of a private repository are good for five minutes. */
const linkMillis = 5 * 60_000

/** `prefix`: where signed links lead; mounted at `/`, without a token. */
const archives = [
  { route: '/tarball', prefix: '/-/tarballs', format: 'tar.gz', type: 'application/x-gzip' },
  { route: '/zipball', prefix: '/-/zipballs', format: 'zip', type: 'application/zip' },
] as const

/** The repository's files at a ref. Below `/repos/{owner}/{repo}`: a redirect to a link that needs no token. */
export function archiveRoutes({ repository, engine, links, clock }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  for (const { route, prefix } of archives) {
    routes.get(`${route}/:ref{.*}`, async c => {
      const ref = c.req.param('ref') || repository.defaultBranch
      const resolved = await repository.resolve(ref)
      // The tag of a release need not be in the checkout.
      const sha = resolved?.sha ?? engine.releases.findPublished(ref.replace(/^refs\/tags\//, ''))?.commitSha
      if (!sha) return notFound(c)
      return c.redirect(originOf(c) + links.sign(`${prefix}/${sha}`, clock() + linkMillis), 302)
    })
  }

  return routes
}

/** What the links lead to. */
export function archiveLinkRoutes({ repository, links, clock }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  for (const { prefix, format, type } of archives) {
    routes.use(`${prefix}/*`, requireSignature(links, clock))

    routes.get(`${prefix}/:sha`, async c => {
      const sha = c.req.param('sha')
      const archive = await repository.openArchive(sha, format)
      return c.body(Readable.toWeb(archive) as ReadableStream<Uint8Array>, 200, {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="${archiveName(repository, sha)}.${format}"`,
      })
    })
  }

  return routes
}
