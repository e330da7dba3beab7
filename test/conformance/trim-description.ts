import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'
import type { Description, OperationDescription, ResponseDescription } from './description.ts'
import { referencedNames, sorted, toJsonSchema } from './json-schema.ts'

/** The operations of an Actions client. docs/hub.md says of each whether the hub serves it. */
const kept: readonly RegExp[] = [
  /^GET \/(meta|rate_limit|versions|zen|user|users\/\{username\})?$/,
  /^(GET|PATCH) \/repos\/\{owner\}\/\{repo\}$/,
  /^POST \/user\/repos$/,
  /^\S+ \/repos\/\{owner\}\/\{repo\}\/(actions|check-runs|contents|git|releases)(\/|$)/,
  /^GET \/repos\/\{owner\}\/\{repo\}\/(branches|commits|tags)(\/\{(branch|ref)\}(\/check-runs)?)?$/,
  /^GET \/repos\/\{owner\}\/\{repo\}\/(check-suites\/\{check_suite_id\}(\/check-runs)?|compare\/\{basehead\}|readme)$/,
  /^GET \/repos\/\{owner\}\/\{repo\}\/(tarball|zipball)\/\{ref\}$/,
  /^GET \/repos\/\{owner\}\/\{repo\}\/collaborators\/\{username\}(\/permission)?$/,
  /^POST \/repos\/\{owner\}\/\{repo\}\/dispatches$/,
]

/** Of these the ones about organisations, forks, deployments and applause. */
const dropped: readonly RegExp[] = [
  /\/actions\/(oidc|organization-|permissions\/(access|fork-))/,
  /\/(approvals|approve|\w+_deployments|deployment_protection_rule)$/,
  /\/reactions(\/|$)/,
]

/**
 * What a test needs of an OpenAPI 3.0 description: the answers of each kept operation and the schemas they reach, as
 * plain JSON Schema. Prose and examples go. Members are sorted: the same description always gives the same value.
 */
export function trimDescription(version: string, document: JsonObject): Description {
  const operations = Object.fromEntries(
    keptOperations(document).map(([key, operation]) => [key, trimOperation(document, operation)]),
  )
  return { source: `@octokit/openapi ${version}`, operations, schemas: reachedSchemas(document, operations) }
}

function keptOperations(document: JsonObject): [string, JsonObject][] {
  return sorted(member(document, 'paths'))
    .flatMap(([path, methods]) =>
      sorted(objectOf(methods)).map(([method, operation]): [string, JsonObject] => [
        `${method.toUpperCase()} ${path}`,
        objectOf(operation),
      ]),
    )
    .filter(([key]) => matches(kept, key) && !matches(dropped, key))
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some(pattern => pattern.test(text))
}

function trimOperation(document: JsonObject, operation: JsonObject): OperationDescription {
  const responses = sorted(member(operation, 'responses')).map(
    ([status, response]): [string, ResponseDescription] => [
      status,
      trimResponse(resolve(document, objectOf(response))),
    ],
  )
  return { operationId: String(operation['operationId']), responses: Object.fromEntries(responses) }
}

function trimResponse(response: JsonObject): ResponseDescription {
  const headers = sorted(member(response, 'headers')).map(([name]) => name)
  const content = sorted(member(response, 'content')).map(([type, media]): [string, JsonObject] => [
    type,
    toJsonSchema(objectOf(media)['schema'] ?? {}),
  ])
  return {
    ...(headers.length === 0 ? {} : { headers }),
    ...(content.length === 0 ? {} : { content: Object.fromEntries(content) }),
  }
}

function reachedSchemas(document: JsonObject, operations: Description['operations']): Description['schemas'] {
  const schemas = member(member(document, 'components'), 'schemas')
  const reached = new Map<string, JsonObject>()
  const waiting = [...referencedNames(JSON.parse(JSON.stringify(operations)) as Json)]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue
    const schema = toJsonSchema(schemas[name] ?? {})
    reached.set(name, schema)
    waiting.push(...referencedNames(schema))
  }
  return Object.fromEntries([...reached].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Answers are often named, `#/components/responses/not_found`. */
function resolve(document: JsonObject, value: JsonObject): JsonObject {
  const reference = value['$ref']
  if (typeof reference !== 'string') return value
  return reference.slice('#/'.length).split('/').reduce(member, document)
}

function member(object: JsonObject, name: string): JsonObject {
  return objectOf(object[name] ?? {})
}

function objectOf(value: Json): JsonObject {
  if (isJsonObject(value)) return value
  throw new TypeError(`an object was expected, not ${JSON.stringify(value)?.slice(0, 80)}`)
}
