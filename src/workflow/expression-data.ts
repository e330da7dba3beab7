import { Array as ArrayData } from '@actions/expressions/data/array'
import { BooleanData } from '@actions/expressions/data/boolean'
import { Dictionary } from '@actions/expressions/data/dictionary'
import { type ExpressionData, Kind, type Pair } from '@actions/expressions/data/expressiondata'
import { Null } from '@actions/expressions/data/null'
import { NumberData } from '@actions/expressions/data/number'
import { StringData } from '@actions/expressions/data/string'
import { equals } from '@actions/expressions/result'
import type { Json, JsonObject } from '../base/json.ts'

/** Plain JSON in the form the expression library evaluates. */
export function toExpressionData(value: Json): ExpressionData {
  if (value === null) return new Null()
  if (typeof value === 'string') return new StringData(value)
  if (typeof value === 'number') return new NumberData(value)
  if (typeof value === 'boolean') return new BooleanData(value)
  if (Array.isArray(value)) return arrayData(value)
  return new JsonDictionary(value)
}

export function fromExpressionData(data: ExpressionData): Json {
  switch (data.kind) {
    case Kind.Null:
      return null
    case Kind.Array:
      return data.values().map(fromExpressionData)
    case Kind.Dictionary:
      return Object.fromEntries(data.pairs().map(({ key, value }) => [key, fromExpressionData(value)]))
    default:
      return data.value
  }
}

/** `==` of an expression: strings without regard to case, other types converted to numbers where they differ. */
export function equalValues(left: Json, right: Json): boolean {
  return equals(toExpressionData(left), toExpressionData(right))
}

/** One by one: the library's constructor spreads its arguments, which a long list would overflow. */
function arrayData(values: readonly Json[]): ArrayData {
  const array = new ArrayData()
  for (const value of values) array.add(toExpressionData(value))
  return array
}

/**
 * The library's dictionary looks keys up in a plain object and so loses `constructor` or `__proto__`; this one has a Map,
 * and converts a member only when it is asked for, since a step reads little of the contexts it may read.
 */
class JsonDictionary extends Dictionary {
  readonly #members = new Map<string, { readonly key: string; readonly value: Json }>()

  constructor(object: JsonObject) {
    super()
    for (const [key, value] of Object.entries(object)) {
      const folded = key.toLowerCase()
      if (!this.#members.has(folded)) this.#members.set(folded, { key, value })
    }
  }

  override get(key: string): ExpressionData | undefined {
    const member = this.#members.get(key.toLowerCase())
    return member && toExpressionData(member.value)
  }

  override values(): ExpressionData[] {
    return this.pairs().map(pair => pair.value)
  }

  override pairs(): Pair[] {
    return [...this.#members.values()].map(({ key, value }) => ({ key, value: toExpressionData(value) }))
  }
}

export function toDictionary(object: JsonObject): Dictionary {
  return new JsonDictionary(object)
}
