import { routesOfHub } from '../support/hub-routes.ts'
import type { Description } from './description.ts'

/** What the hub answers below its API that is no operation of GitHub's REST description. */
const others: ReadonlySet<string> = new Set([
  'POST /graphql',
  'GET /relayq/tokens',
  'POST /relayq/tokens',
  'DELETE /relayq/tokens/:token',
  'GET /relayq/faults',
  'PUT /relayq/faults',
  'DELETE /relayq/faults',
  'GET /repos/:owner/:repo/actions/runners/deprecations/:version',
])

export interface Served {
  /** Operations of the description, in its order. */
  readonly operations: readonly string[]
  /** Routes that are neither an operation nor known to be something else. */
  readonly unknown: readonly string[]
}

/** Reads from the hub's own routes what it serves. */
export async function servedOperations(description: Description): Promise<Served> {
  const known = Object.keys(description.operations)
  const served = new Set<string>()
  const unknown: string[] = []
  for (const route of await restRoutes()) {
    const operation = known.find(key => shape(key) === shape(route)) ?? known.find(key => isCase(key, route))
    if (operation) served.add(operation)
    else if (!others.has(route)) unknown.push(route)
  }
  return { operations: known.filter(key => served.has(key)), unknown }
}

/** `GET /repos/:owner/:repo/actions/runs/:run` and its like; middleware has no method of its own. */
async function restRoutes(): Promise<ReadonlySet<string>> {
  const routes = (await routesOfHub()).filter(
    ({ method, path }) => method !== 'ALL' && /^\/api\/v3(\/|$)/.test(path),
  )
  return new Set(routes.map(({ method, path }) => `${method} ${path.slice('/api/v3'.length) || '/'}`))
}

/** Parameters without their names: `{run_id}` of the description, `:run` or `:path{.*}` of the hub. */
function shape(operation: string): string {
  return segments(operation)
    .map(segment => (isParameter(segment) ? '*' : segment))
    .join('/')
}

/** A route that answers one value of a parameter: `/artifacts/:artifact/zip`. */
function isCase(operation: string, route: string): boolean {
  const [asked, given] = [segments(operation), segments(route)]
  return (
    asked.length === given.length &&
    asked.every((segment, at) => isParameter(segment) || (segment === given[at] && !isParameter(segment)))
  )
}

function segments(operation: string): readonly string[] {
  return operation.replace(/\/$/, '').split('/')
}

function isParameter(segment: string): boolean {
  return /^[:{]/.test(segment)
}
