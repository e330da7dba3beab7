import { RelayError } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { TemplateToken } from '../model/template-token.ts'
import { toText } from './coerce.ts'
import { type ExpressionScope, evaluateExpression } from './expression.ts'

type MappingEntries = NonNullable<Extract<TemplateToken, { type: 2 }>['map']>

/** The plain value of a token, every expression in it evaluated. Throws RelayError `invalid_workflow`. */
export function evaluateToken(token: TemplateToken, scope: ExpressionScope): Json {
  if (token === null || typeof token !== 'object') return token
  switch (token.type) {
    case 0:
      return token.lit
    case 1:
      return (token.seq ?? []).map(item => evaluateToken(item, scope))
    case 2:
      return evaluateMapping(token.map ?? [], scope)
    case 3:
      return evaluateExpression(token.expr, scope)
    case 4:
      throw new RelayError('invalid_workflow', 'The insert directive is only allowed as a key')
    case 5:
      return token.bool
    case 6:
      return token.num
    case 7:
      return null
  }
}

/** As GitHub turns values into strings: null is '', an object is 'Object'. */
export function evaluateString(token: TemplateToken, scope: ExpressionScope): string {
  return toText(evaluateToken(token, scope))
}

/** False where nothing is declared. A string is refused, 'true' included, as GitHub refuses it. */
export function evaluateBoolean(token: TemplateToken, scope: ExpressionScope): boolean {
  const value = evaluateToken(token, scope)
  if (value === null) return false
  if (typeof value !== 'boolean') throw unexpected(value, 'true or false')
  return value
}

/** Null where nothing is declared. A string is refused, as GitHub refuses it: `fromJSON` makes it a number. */
export function evaluateNumber(token: TemplateToken, scope: ExpressionScope): number | null {
  const value = evaluateToken(token, scope)
  if (value === null) return null
  if (typeof value !== 'number') throw unexpected(value, 'a number')
  return value
}

/** `Object.fromEntries` at the end: a key such as `__proto__` stays an ordinary member. */
function evaluateMapping(entries: MappingEntries, scope: ExpressionScope): JsonObject {
  const members = entries.flatMap(({ Key, Value }) =>
    isInsert(Key)
      ? insertedMembers(evaluateToken(Value, scope))
      : [[evaluateString(Key, scope), evaluateToken(Value, scope)] as const],
  )
  const seen = new Set<string>()
  for (const [key] of members) {
    if (seen.has(key.toLowerCase())) throw new RelayError('invalid_workflow', `'${key}' is already defined`)
    seen.add(key.toLowerCase())
  }
  return Object.fromEntries(members)
}

function isInsert(key: TemplateToken): boolean {
  return key !== null && typeof key === 'object' && key.type === 4
}

function insertedMembers(value: Json): [string, Json][] {
  if (!isJsonObject(value)) throw unexpected(value, 'a mapping')
  return Object.entries(value)
}

function unexpected(value: Json, wanted: string): RelayError {
  return new RelayError(
    'invalid_workflow',
    `Unexpected value ${JSON.stringify(value)}: ${wanted} was expected`,
  )
}
