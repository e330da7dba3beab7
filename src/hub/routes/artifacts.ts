import { type Context, Hono } from 'hono'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound } from '../errors.ts'
import { linkPages, pageQuery } from '../pagination.ts'
import { isExpired, presentArtifact } from '../present/artifact.ts'
import { idParameter } from '../request.ts'
import { addressesOf } from './addresses.ts'

/** Artifacts: list (of the repository or of one run), get, delete, and the redirect to the bytes. Below `/actions`. */
export function artifactRoutes(hub: HubContext): Hono<HubEnv> {
  const { engine, clock } = hub
  const { reader } = engine
  const routes = new Hono<HubEnv>()

  routes.get('/artifacts', c => list(hub, c, {}))

  routes.get('/runs/:run/artifacts', c => {
    const run = reader.getRun(idParameter(c, 'run') ?? 0)
    return run ? list(hub, c, { runId: run.id }) : notFound(c)
  })

  routes.get('/artifacts/:artifact', c => {
    const artifact = reader.getArtifact(idParameter(c, 'artifact') ?? 0)
    if (!artifact) return notFound(c)
    return c.json(presentArtifact(addressesOf(hub, c), artifact, reader.getRun(artifact.runId), clock()))
  })

  routes.delete('/artifacts/:artifact', c =>
    engine.removeArtifact(idParameter(c, 'artifact') ?? 0) ? c.body(null, 204) : notFound(c),
  )

  routes.get('/artifacts/:artifact/:format', c => {
    const artifact = reader.getArtifact(idParameter(c, 'artifact') ?? 0)
    if (!artifact || c.req.param('format') !== 'zip') return notFound(c)
    if (isExpired(artifact, clock())) return apiError(c, 410, 'Artifact has expired')
    const { contentType, name } = artifact
    const fileName = contentType === 'application/zip' ? `${name}.zip` : name
    return c.redirect(engine.signedBlobUrl(artifact.blobId, { contentType, fileName }), 302)
  })

  return routes
}

function list(hub: HubContext, c: Context<HubEnv>, within: { readonly runId?: number }): Response {
  const { reader } = hub.engine
  const name = c.req.query('name')
  const query = pageQuery(c)
  const page = reader.listArtifacts({ ...within, ...(name === undefined ? {} : { name }) }, query)
  linkPages(c, query, page.totalCount)
  const addresses = addressesOf(hub, c)
  const artifacts = page.items.map(artifact =>
    presentArtifact(addresses, artifact, reader.getRun(artifact.runId), hub.clock()),
  )
  return c.json({ total_count: page.totalCount, artifacts })
}
