import { Hono, type MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import type { HubContext, HubEnv } from '../context.ts'
import { isExpired } from '../present/artifact.ts'
import { idParameter } from '../request.ts'
import { assetRoutes } from './assets.ts'
import { layout } from './layout.ts'
import { listPage } from './list-page.ts'
import { runPage } from './run-page.ts'
import { loginRoutes, pagesPath, requireCookie } from './session.ts'

/**
 * The pages for people: where a run's URL leads in a browser. A cookie opens them, never the API's token. Everything
 * they show comes from workflow files and jobs, so all of it is escaped and nothing but our own files may load.
 */
export function pageRoutes(hub: HubContext): Hono<HubEnv> {
  const { engine } = hub
  const root = pagesPath(hub)
  const routes = new Hono<HubEnv>()
  routes.use('/-/login', protectPages)
  routes.route('/', assetRoutes())
  routes.route('/', loginRoutes(hub))
  routes.get('/', async (c, next) => {
    const fromBrowser = c.req.header('Accept')?.includes('text/html') && !c.req.header('Authorization')
    return fromBrowser ? c.redirect(root, 302) : await next()
  })
  routes.get(root.replace(/\/actions$/, ''), c => c.redirect(root, 302))
  routes.use(root, protectPages, requireCookie(hub))
  routes.use(`${root}/*`, protectPages, requireCookie(hub))

  routes.get(root, c => c.html(listPage(hub)))

  routes.get(`${root}/runs/:run`, async c => {
    const run = engine.reader.getRun(idParameter(c, 'run') ?? 0)
    return run ? c.html(await runPage(hub, run)) : c.html(missingPage(root), 404)
  })

  routes.get(`${root}/runs/:run/attempts/:attempt`, async c => {
    const attempt = idParameter(c, 'attempt') ?? 0
    const run = engine.reader.getRunAttempt(idParameter(c, 'run') ?? 0, attempt)
    return run ? c.html(await runPage(hub, run)) : c.html(missingPage(root), 404)
  })

  routes.get(`${root}/jobs/:job/log`, async c => {
    const job = engine.reader.getJob(idParameter(c, 'job') ?? 0)
    const log = job && (await engine.reader.openJobLog(job.id))
    if (!job) return c.html(missingPage(root), 404)
    return c.body(log ?? '', 200, { 'Content-Type': 'text/plain; charset=utf-8' })
  })

  routes.get(`${root}/runs/:run/artifacts/:artifact`, c => {
    const artifact = engine.reader.getArtifact(idParameter(c, 'artifact') ?? 0)
    if (!artifact || isExpired(artifact, hub.clock())) return c.html(missingPage(root), 404)
    const { contentType, name } = artifact
    const fileName = contentType === 'application/zip' ? `${name}.zip` : name
    return c.redirect(engine.signedBlobUrl(artifact.blobId, { contentType, fileName }), 302)
  })

  routes.get(`${root}/*`, c => c.html(missingPage(root), 404))

  return routes
}

function missingPage(root: string) {
  return layout({
    title: 'Not found',
    refresh: false,
    body: html`<h1>There is nothing here</h1><p><a href="${root}">All runs</a></p>`,
  })
}

const protectPages: MiddlewareHandler = async (c, next) => {
  await next()
  c.header(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Referrer-Policy', 'no-referrer')
  c.header('Cache-Control', 'no-store')
}
