import { isoSeconds, type Millis } from '../../base/clock.ts'
import { isJsonObject, type JsonObject, parseJson } from '../../base/json.ts'
import type { Row } from './database.ts'

/** Columns by type: the one place where the schema's word is taken for the type of a value. */

export function text(row: Row, column: string): string {
  return String(row[column])
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

export function integer(row: Row, column: string): number {
  return Number(row[column])
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

export function flag(row: Row, column: string): boolean {
  return integer(row, column) === 1
}

/** A column of milliseconds, as the records show times. */
export function time(row: Row, column: string): string {
  return isoSeconds(integer(row, column))
}

export function timeOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : time(row, column)
}

export function jsonObject(row: Row, column: string): JsonObject {
  const value = parseJson(text(row, column))
  return isJsonObject(value) ? value : {}
}

export function jsonObjectOrNull(row: Row, column: string): JsonObject | null {
  const value = parseJson(text(row, column))
  return isJsonObject(value) ? value : null
}

export function texts(row: Row, column: string): readonly string[] {
  const value = parseJson(text(row, column))
  return Array.isArray(value) ? value.map(String) : []
}

/** Milliseconds of a time that came from outside; null when it is none. */
export function millisOf(iso: string | null | undefined): Millis | null {
  const at = Date.parse(iso ?? '')
  return Number.isNaN(at) ? null : at
}
