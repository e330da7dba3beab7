import { type Context, Hono } from 'hono'
import type { JsonObject } from '../../base/json.ts'
import { storedName } from '../../model/secret-name.ts'
import type { HubContext, HubEnv } from '../context.ts'
import { apiError, notFound, refuse } from '../errors.ts'
import { linkPages, pageOf, pageQuery } from '../pagination.ts'
import { presentVariable } from '../present/secret.ts'
import { readJsonObject } from '../request.ts'

/** GitHub's limit, in bytes. */
const largestValue = 48 * 1024

/** Variables: list, get, create, change, delete. Below `/actions/variables`. */
export function variableRoutes({ engine }: HubContext): Hono<HubEnv> {
  const { variables } = engine
  const routes = new Hono<HubEnv>()

  routes.get('/', c => {
    const query = pageQuery(c, { perPage: 10, most: 30 })
    const page = pageOf(variables.list(), query)
    linkPages(c, query, page.totalCount)
    return c.json({ total_count: page.totalCount, variables: page.items.map(presentVariable) })
  })

  routes.post('/', async c => {
    const { name, value } = readChange(await readJsonObject(c))
    if (name === undefined || value === undefined)
      return apiError(c, 422, 'Invalid request.\n\n"name" and "value" are needed.')
    const outcome = variables.create({ name, value })
    if (outcome === 'name_taken') return nameTaken(c)
    return outcome === 'created'
      ? c.json({}, 201)
      : apiError(c, 422, 'A repository has at most 500 variables.')
  })

  routes.get('/:name', c => {
    const variable = variables.find(nameOf(c))
    return variable ? c.json(presentVariable(variable)) : notFound(c)
  })

  routes.patch('/:name', async c => {
    const outcome = variables.update(nameOf(c), readChange(await readJsonObject(c)))
    if (outcome === 'not_found') return notFound(c)
    return outcome === 'updated' ? c.body(null, 204) : nameTaken(c)
  })

  routes.delete('/:name', c => (variables.remove(nameOf(c)) ? c.body(null, 204) : notFound(c)))

  return routes
}

/** '' where no variable can have that name. */
function nameOf(c: Context<HubEnv>): string {
  return storedName(c.req.param('name')) ?? ''
}

function nameTaken(c: Context<HubEnv>): Response {
  return apiError(c, 409, 'Already exists - Variable already exists')
}

function readChange(body: JsonObject): { readonly name?: string; readonly value?: string } {
  const { name, value } = body
  const stored = storedName(name)
  if (name !== undefined && stored === null) {
    refuse(422, 'Variable name must be letters, digits or underscores, not begin with a digit or GITHUB_.')
  }
  if (value !== undefined && (typeof value !== 'string' || Buffer.byteLength(value) > largestValue)) {
    refuse(422, 'Variable value must be a string of at most 48 KB.')
  }
  return { ...(stored === null ? {} : { name: stored }), ...(value === undefined ? {} : { value }) }
}
