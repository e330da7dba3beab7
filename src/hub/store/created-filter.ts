import type { Millis } from '../../base/clock.ts'
import { millisOf } from './row.ts'

/** `from` is part of the range, `before` is not; null: open. */
export interface CreatedRange {
  readonly from: Millis | null
  readonly before: Millis | null
}

const second = 1000
const day = 24 * 3600 * second
const open: CreatedRange = { from: null, before: null }

/** GitHub's date search: `>=T`, `>T`, `<=T`, `<T`, `A..B` (either may be `*`), or one date or time. What cannot be read filters nothing. */
export function createdRange(search: string): CreatedRange {
  const [from, to] = search.split('..')
  if (from !== undefined && to !== undefined) {
    return { from: span(from)?.from ?? null, before: span(to)?.before ?? null }
  }
  const [, operator, value = ''] = /^(>=|<=|>|<|)(.*)$/.exec(search.trim()) ?? []
  const named = span(value)
  if (!named) return open
  switch (operator) {
    case '>=':
      return { from: named.from, before: null }
    case '>':
      return { from: named.before, before: null }
    case '<=':
      return { from: null, before: named.before }
    case '<':
      return { from: null, before: named.from }
    default:
      return named
  }
}

/** The day or the second a text names. */
function span(text: string): { readonly from: Millis; readonly before: Millis } | null {
  const from = millisOf(text)
  if (from === null) return null
  return { from, before: from + (/^\d{4}-\d\d-\d\d$/.test(text) ? day : second) }
}
