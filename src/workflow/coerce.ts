import type { Json } from '../base/json.ts'

/** GitHub's conversion of an expression's value to a string: null is '', objects and arrays are just their type's name. */
export function toText(value: Json): string {
  if (value === null) return ''
  if (Array.isArray(value)) return 'Array'
  if (typeof value === 'object') return 'Object'
  if (typeof value === 'number') return numberText(value)
  return String(value)
}

/** GitHub's truthiness: null, false, 0, NaN and '' are false; everything else, '0' and empty lists included, is true. */
export function isTruthy(value: Json): boolean {
  return value !== null && value !== false && value !== '' && value !== 0 && !Number.isNaN(value)
}

/** At most 15 decimals, and no sign on zero, as GitHub prints numbers. */
function numberText(value: number): string {
  return value === 0 ? '0' : String(Number(value.toFixed(15)))
}
