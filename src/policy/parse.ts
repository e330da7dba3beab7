import type { Node } from 'yaml'
import { kinds } from '../model/kinds.ts'
import type { Constraints, Policy, Route } from './policy.ts'
import { type Entry, YamlReader } from './yaml-reader.ts'

const noConstraints: Constraints = { needsFfmpeg: false, maxSizeMb: null }

/**
 * Reads a policy file. Throws `invalid_policy` with `path:line:column` for a syntax error, an unknown or repeated key,
 * or a value of the wrong type; the hint names the nearest known key.
 */
export function parsePolicy(text: string, path: string): Policy {
  const reader = new YamlReader(text, path)
  const routes = find(reader.mapping(reader.root, 'the policy', ['routes']), 'routes')
  if (!routes) throw reader.fail(reader.root, 'routes is missing', null)
  const known = kinds.map(kind => kind.name)
  const entries = reader.mapping(routes.value, 'routes', known)
  return { path, routes: new Map(entries.map(entry => [entry.key, readRoute(reader, entry)])) }
}

function readRoute(reader: YamlReader, { key, keyNode, value }: Entry): Route {
  const where = `routes.${key}`
  const entries = reader.mapping(value, where, ['prefer', 'fallback', 'constraints'])
  const prefer = find(entries, 'prefer')
  const fallback = find(entries, 'fallback')
  const constraints = find(entries, 'constraints')
  if (!prefer) throw reader.fail(keyNode, `${where} names no preferred label`, 'Add prefer: [LABEL].')
  const preferred = reader.names(prefer.value, `${where}.prefer`)
  if (preferred.length === 0) {
    throw reader.fail(prefer.value, `${where}.prefer is an empty list`, 'Name a label in it: [macmini].')
  }
  return {
    prefer: preferred,
    fallback: fallback ? reader.names(fallback.value, `${where}.fallback`) : [],
    constraints: constraints
      ? readConstraints(reader, constraints.value, `${where}.constraints`)
      : noConstraints,
  }
}

function readConstraints(reader: YamlReader, node: Node | null, where: string): Constraints {
  const entries = reader.mapping(node, where, ['needs_ffmpeg', 'max_size_mb'])
  const ffmpeg = find(entries, 'needs_ffmpeg')
  const size = find(entries, 'max_size_mb')
  return {
    needsFfmpeg: ffmpeg ? reader.boolean(ffmpeg.value, `${where}.needs_ffmpeg`) : false,
    maxSizeMb: size ? reader.positiveNumber(size.value, `${where}.max_size_mb`) : null,
  }
}

function find(entries: readonly Entry[], key: string): Entry | null {
  return entries.find(entry => entry.key === key) ?? null
}
