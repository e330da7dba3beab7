import { Hono } from 'hono'
import { isJsonObject } from '../../base/json.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { readJsonObject } from '../request.ts'

/**
 * The two GraphQL questions gh asks before it uses REST: a repository's default branch (`gh workflow run` without
 * `--ref`), and who the token belongs to (`gh auth status`). Anything else gets GraphQL's way of saying no.
 */
export function graphqlRoutes({ repository }: HubContext): Hono<HubEnv> {
  const routes = new Hono<HubEnv>()

  routes.post('/graphql', async c => {
    const { query, variables } = await readJsonObject(c)
    const question = typeof query === 'string' ? query : ''
    if (/\bquery RepositoryInfo\b/.test(question)) {
      const { owner, name } = isJsonObject(variables) ? variables : {}
      const known = sameName(owner, repository.owner) && sameName(name, repository.name)
      return known ? c.json({ data: { repository: answer } }) : c.json(missing)
    }
    if (/\bquery UserCurrent\b/.test(question)) {
      return c.json({ data: { viewer: { login: repository.owner } } })
    }
    return c.json({
      errors: [{ type: 'NOT_BUILT', message: 'This hub does not answer that GraphQL query.' }],
    })
  })

  const answer = {
    id: 'R_1',
    name: repository.name,
    owner: { id: 'U_1', login: repository.owner },
    description: null,
    hasIssuesEnabled: false,
    hasWikiEnabled: false,
    viewerPermission: 'ADMIN',
    defaultBranchRef: { name: repository.defaultBranch },
  }
  return routes
}

const missing = {
  data: { repository: null },
  errors: [{ type: 'NOT_FOUND', path: ['repository'], message: 'Could not resolve to a Repository.' }],
}

function sameName(given: unknown, known: string): boolean {
  return typeof given === 'string' && given.toLowerCase() === known.toLowerCase()
}
