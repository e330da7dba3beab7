import { Hono } from 'hono'
import { isJsonObject, type JsonObject } from '../../base/json.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { isAllowed } from '../permissions.ts'
import { readJsonObject } from '../request.ts'
import { answerReleaseQuery } from './release-queries.ts'
import { mayPush } from './releases.ts'

/**
 * The GraphQL questions gh asks beside REST: a repository's default branch (`gh workflow run` without `--ref`), the pull
 * request of a run's branch (`gh run view`), releases (`gh release list`, and drafts by their tag), and who the token
 * belongs to (`gh auth status`). Anything else gets GraphQL's way of saying no.
 */
export function graphqlRoutes({ repository, engine }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.post('/graphql', async c => {
    const { query, variables } = await readJsonObject(c)
    const name = /\bquery (\w+)/.exec(typeof query === 'string' ? query : '')?.[1] ?? ''
    const asked = isJsonObject(variables) ? variables : {}
    const ofReleases = answerReleaseQuery(engine.releases, { name, asked, drafts: mayPush(c) })
    if (ofReleases && !isAllowed(c.get('identity'), 'GET', '/releases')) return c.json(forbidden)
    const answer = Object.hasOwn(ofRepository, name) ? ofRepository[name] : ofReleases
    if (answer) {
      const known =
        sameName(asked['owner'], repository.owner) &&
        sameName(asked['name'] ?? asked['repo'], repository.name)
      return c.json(known ? { data: { repository: answer } } : missing)
    }
    if (name === 'UserCurrent') return c.json({ data: { viewer: { login: repository.owner } } })
    return c.json({
      errors: [{ type: 'NOT_BUILT', message: 'This hub does not answer that GraphQL query.' }],
    })
  })

  const ofRepository: Readonly<Record<string, JsonObject>> = {
    RepositoryInfo: {
      id: 'R_1',
      name: repository.name,
      owner: { id: 'U_1', login: repository.owner },
      description: null,
      hasIssuesEnabled: false,
      hasWikiEnabled: false,
      viewerPermission: 'ADMIN',
      defaultBranchRef: { name: repository.defaultBranch },
      parent: null,
      mergeCommitAllowed: true,
      rebaseMergeAllowed: true,
      squashMergeAllowed: true,
    },
    PullRequestForRun: { pullRequests: { nodes: [] } },
  }
  return routes
}

const missing = {
  data: { repository: null },
  errors: [{ type: 'NOT_FOUND', path: ['repository'], message: 'Could not resolve to a Repository.' }],
}

const forbidden = {
  data: { repository: null },
  errors: [{ type: 'FORBIDDEN', path: ['repository'], message: 'Resource not accessible by integration' }],
}

function sameName(given: unknown, known: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === known.toLowerCase()
}
