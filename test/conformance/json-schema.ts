import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'

const openApiPrefix = '#/components/schemas/'
const schemaPrefix = 'github#/$defs/'

/** What decides whether a value is valid; everything else of an OpenAPI 3.0 schema is prose, or for generators. */
const constraints: ReadonlySet<string> = new Set([
  'type',
  'format',
  'enum',
  'pattern',
  'required',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minimum',
  'maximum',
  'maxProperties',
])

/** The schema as plain JSON Schema: OpenAPI's `nullable` becomes a type of its own. */
export function toJsonSchema(schema: Json): JsonObject {
  if (!isJsonObject(schema)) return {}
  const reference = schema['$ref']
  const members = Object.entries(schema).flatMap(([key, value]) => convert(key, value))
  const converted =
    typeof reference === 'string'
      ? { $ref: reference.replace(openApiPrefix, schemaPrefix) }
      : (Object.fromEntries(members) as JsonObject)
  return schema['nullable'] === true ? orNull(converted) : converted
}

function convert(key: string, value: Json): [string, Json][] {
  if (constraints.has(key)) return [[key, value]]
  if (key === 'properties' && isJsonObject(value)) {
    return [[key, Object.fromEntries(sorted(value).map(([name, member]) => [name, toJsonSchema(member)]))]]
  }
  if (key === 'allOf' || key === 'anyOf' || key === 'oneOf') {
    return [[key, Array.isArray(value) ? value.map(toJsonSchema) : []]]
  }
  if (key === 'items') return [[key, toJsonSchema(value)]]
  if (key === 'additionalProperties') return [[key, typeof value === 'boolean' ? value : toJsonSchema(value)]]
  return []
}

function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema
  if (typeof type !== 'string') return { anyOf: [{ type: 'null' }, schema] }
  const widened = { ...schema, type: [type, 'null'] }
  return Array.isArray(values) && !values.includes(null) ? { ...widened, enum: [...values, null] } : widened
}

export function sorted(object: JsonObject): [string, Json][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}

/** Names of the schemas that this value refers to, at any depth. */
export function referencedNames(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencedNames)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string'
      ? [member.replace(schemaPrefix, '')]
      : referencedNames(member),
  )
}
