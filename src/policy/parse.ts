import { kinds } from '../model/kinds.ts'
import { readCapabilities } from './parse-capabilities.ts'
import { readRoute } from './parse-route.ts'
import type { Policy } from './policy.ts'
import { findEntry, YamlReader } from './yaml-reader.ts'

/**
 * Reads a policy file. Throws `invalid_policy` with `path:line:column` for a syntax error, an unknown or repeated key,
 * or a value of the wrong type or out of range; the hint names the nearest known key.
 */
export function parsePolicy(text: string, path: string): Policy {
  const reader = new YamlReader(text, path)
  const entries = reader.mapping(reader.root, 'the policy', ['routes', 'runner_capabilities'])
  const routes = findEntry(entries, 'routes')
  if (!routes) throw reader.fail(reader.root, 'routes is missing', null)
  const known = kinds.map(kind => kind.name)
  const capabilities = findEntry(entries, 'runner_capabilities')
  return {
    path,
    routes: new Map(
      reader.mapping(routes.value, 'routes', known).map(entry => [entry.key, readRoute(reader, entry)]),
    ),
    capabilities: capabilities ? readCapabilities(reader, capabilities) : new Map(),
  }
}
