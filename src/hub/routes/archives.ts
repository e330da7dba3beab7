import { Readable } from 'node:stream'
import { Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { notFound } from '../errors.ts'
import { requireSignature } from '../links.ts'
import { originOf } from '../request.ts'

/** GitHub's links to the archives of a private repository are good for five minutes. */
const linkMillis = 5 * 60_000

/** Where signed archive links lead; mounted at `/`, without a token. */
const tarballLinkPrefix = '/-/tarballs'

/** The repository's files at a ref. Below `/repos/{owner}/{repo}`: a redirect to a link that needs no token. */
export function archiveRoutes({ repository, engine, links, clock }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.get('/tarball/:ref{.*}', async c => {
    const ref = c.req.param('ref') || repository.defaultBranch
    const resolved = await repository.resolve(ref)
    // The tag of a release need not be in the checkout.
    const sha = resolved?.sha ?? engine.releases.findPublished(ref.replace(/^refs\/tags\//, ''))?.commitSha
    if (!sha) return notFound(c)
    const path = `${tarballLinkPrefix}/${sha}`
    return c.redirect(originOf(c) + links.sign(path, clock() + linkMillis), 302)
  })

  return routes
}

/** What the links lead to. */
export function archiveLinkRoutes({ repository, links, clock }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.use(`${tarballLinkPrefix}/*`, requireSignature(links, clock))

  routes.get(`${tarballLinkPrefix}/:sha`, c => {
    const sha = c.req.param('sha')
    const name = `${repository.owner}-${repository.name}-${sha.slice(0, 7)}.tar.gz`
    const stream = Readable.toWeb(repository.openTarball(sha)) as ReadableStream<Uint8Array>
    return c.body(stream, 200, {
      'Content-Type': 'application/x-gzip',
      'Content-Disposition': `attachment; filename="${name}"`,
    })
  })

  return routes
}
