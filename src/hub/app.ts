import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getPath } from 'hono/utils/url'
import { breakFailedStreams } from './broken-streams.ts'
import { answerConditionally } from './conditional.ts'
import type { HubContext, HubEnv } from './context.ts'
import { apiError, errorHandler, notFound } from './errors.ts'
import { faultsPath, injectFaults } from './faults/inject-faults.ts'
import { gitRoutes } from './git-http/routes.ts'
import {
  countRequests,
  nameMediaType,
  requireApiVersion,
  requirePermission,
  requireToken,
  stampAnswers,
} from './middleware.ts'
import { pageRoutes } from './pages/routes.ts'
import { reportRefusals } from './refused-requests.ts'
import { actionsPermissionRoutes } from './routes/actions-permissions.ts'
import { archiveLinkRoutes, archiveRoutes } from './routes/archives.ts'
import { artifactRoutes } from './routes/artifacts.ts'
import { cacheRoutes } from './routes/caches.ts'
import { checkRunWriteRoutes } from './routes/check-run-writes.ts'
import { checkRunRoutes } from './routes/check-runs.ts'
import { collaboratorRoutes } from './routes/collaborators.ts'
import { compareRoutes } from './routes/compare.ts'
import { concurrencyRoutes } from './routes/concurrency.ts'
import { contentRoutes } from './routes/contents.ts'
import { dispatchRoutes } from './routes/dispatch.ts'
import { faultRoutes } from './routes/faults.ts'
import { gitDatabaseRoutes, largestBlobRequest, newBlobPath } from './routes/git-database.ts'
import { gitObjectRoutes } from './routes/git-objects.ts'
import { graphqlRoutes } from './routes/graphql.ts'
import { jobRoutes } from './routes/jobs.ts'
import { logLinkRoutes, logRoutes } from './routes/logs.ts'
import { metaRoutes } from './routes/meta.ts'
import { refRoutes } from './routes/refs.ts'
import { releaseAssetRoutes, uploadPath } from './routes/release-assets.ts'
import { releaseRoutes } from './routes/releases.ts'
import { repositoryRoutes } from './routes/repository.ts'
import { repositoryDispatchRoutes } from './routes/repository-dispatch.ts'
import { runActionRoutes } from './routes/run-actions.ts'
import { runnerLabelRoutes } from './routes/runner-labels.ts'
import { runnerPackageRoutes } from './routes/runner-packages.ts'
import { runnerSetupRoutes } from './routes/runner-setup.ts'
import { runnerRoutes } from './routes/runners.ts'
import { runRoutes } from './routes/runs.ts'
import { secretRoutes } from './routes/secrets.ts'
import { timingRoutes } from './routes/timing.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { treeRoutes } from './routes/trees.ts'
import { variableRoutes } from './routes/variables.ts'
import { workflowRoutes } from './routes/workflows.ts'

/** Larger than any request GitHub's REST API takes here, but for blobs; uploads bound themselves. */
const maxBodyBytes = 1024 * 1024

/** What programs ask for outside REST: the runner protocol, the results service, files behind links, git. */
const pathsOutsideRest: readonly string[] = [
  '/_services/*',
  '/twirp/*',
  '/_blobs/*',
  '/-/logs/*',
  '/-/tarballs/*',
  '/-/zipballs/*',
  '/-/runner-packages/*',
  '/:owner/:repo/info/refs',
  '/:owner/:repo/git-upload-pack',
  '/:owner/:repo/git-receive-pack',
]

/**
 * The hub's HTTP surface. The engine's routes and the pages know their own callers and come first; what is left is
 * REST, under `/api/v3` (as GHES serves it) and `/` (as api.github.com does), and needs a token.
 */
export function createApp(hub: HubContext): Hono<HubEnv> {
  const app = new Hono<HubEnv>({ getPath: pathOf })
  app.use(stampAnswers(hub))
  app.use(breakFailedStreams(hub.log))
  app.use(reportRefusals(hub.clock, hub.log))
  app.onError(errorHandler(hub.log))
  for (const path of pathsOutsideRest) app.use(path, injectFaults(hub.faults, 'other'))
  app.route('/', hub.engine.runnerRoutes())
  app.route('/', hub.engine.resultsRoutes())
  app.route('/', hub.engine.blobRoutes())
  app.route('/', logLinkRoutes(hub))
  app.route('/', archiveLinkRoutes(hub))
  app.route('/', runnerPackageRoutes(hub))
  app.route('/', gitRoutes(hub))
  app.route('/', pageRoutes(hub))
  app.route('/api/v3', restRoutes(hub))
  app.route('/', restRoutes(hub))
  return app
}

/**
 * Clients ask for the API's root with a slash, which the router would not take for the route's own path; and GHES, whose
 * addresses a hub has, serves GraphQL beside REST (`GITHUB_GRAPHQL_URL`) and takes the files of releases below `/api/uploads`.
 */
function pathOf(request: Request): string {
  const path = getPath(request)
  if (path === '/api/graphql') return '/api/v3/graphql'
  const asUpload = path.replace(/^\/api\/uploads\//, '/api/v3/')
  if (asUpload !== path && uploadPath.test(asUpload)) return asUpload
  return path === '/api/v3/' ? '/api/v3' : path
}

function restRoutes(hub: HubContext): Hono<HubEnv> {
  const rest = new Hono<HubEnv>()
  rest.use(nameMediaType())
  rest.use(requireToken(hub.authenticator))
  rest.use(countRequests(hub.rateLimits))
  rest.use(requireApiVersion())
  rest.use(answerConditionally())
  rest.use(injectFaults(hub.faults, 'rest'))
  rest.use(limitBodies())
  rest.route('/', metaRoutes(hub))
  rest.route('/', graphqlRoutes(hub))
  rest.route('/relayq/tokens', tokenRoutes(hub))
  rest.route(faultsPath, faultRoutes(hub.faults))
  rest.use('/repos/:owner/:repo/*', requirePermission(hub.repository))
  rest.route('/repos/:owner/:repo', repositoryRoutes(hub))
  rest.route('/repos/:owner/:repo/contents', contentRoutes(hub))
  rest.route('/repos/:owner/:repo', archiveRoutes(hub))
  rest.route('/repos/:owner/:repo', checkRunRoutes(hub))
  rest.route('/repos/:owner/:repo', checkRunWriteRoutes(hub))
  rest.route('/repos/:owner/:repo', gitObjectRoutes(hub))
  rest.route('/repos/:owner/:repo', compareRoutes(hub))
  rest.route('/repos/:owner/:repo/collaborators', collaboratorRoutes(hub))
  rest.route('/repos/:owner/:repo', releaseRoutes(hub))
  rest.route('/repos/:owner/:repo', releaseAssetRoutes(hub))
  rest.route('/repos/:owner/:repo/git', gitDatabaseRoutes(hub))
  rest.route('/repos/:owner/:repo/git/trees', treeRoutes(hub))
  rest.route('/repos/:owner/:repo/git/refs', refRoutes(hub))
  rest.route('/repos/:owner/:repo', repositoryDispatchRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/permissions', actionsPermissionRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', jobRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', runRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', runActionRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', timingRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', concurrencyRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', logRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', artifactRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/workflows', workflowRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/workflows', dispatchRoutes(hub))
  rest.route('/repos/:owner/:repo/actions', cacheRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/runners', runnerSetupRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/runners', runnerRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/runners', runnerLabelRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/secrets', secretRoutes(hub))
  rest.route('/repos/:owner/:repo/actions/variables', variableRoutes(hub))
  rest.all('*', c => notFound(c))
  return rest
}

function limitBodies(): MiddlewareHandler<HubEnv> {
  const limitTo = (maxSize: number) =>
    bodyLimit({ maxSize, onError: c => apiError(c, 413, 'The request body is too large.') })
  const [limit, blobLimit] = [limitTo(maxBodyBytes), limitTo(largestBlobRequest)]
  return async (c, next) => {
    const isPost = c.req.method === 'POST'
    if (isPost && uploadPath.test(c.req.path)) return await next()
    return await (isPost && newBlobPath.test(c.req.path) ? blobLimit : limit)(c, next)
  }
}
