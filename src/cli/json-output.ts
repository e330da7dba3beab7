import type { Command } from 'commander'
import { RelayError } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'
import type { Flags } from './command.ts'
import { choiceOption } from './option-values.ts'
import type { Streams } from './streams.ts'

/** What `--json` asked for: null for text, [] for every field, else these fields in this order. */
export type JsonFields = readonly string[] | null

/** `fields` are those the command declares: they are the contract of its output. */
export function addJsonOption(command: Command, fields: readonly string[]): void {
  command.addOption(
    choiceOption('--json [fields]', 'as JSON, with these fields, comma-separated (default: all)', fields),
  )
}

/** Throws `usage` for a field that is not declared. */
export function parseJsonFields(flags: Flags, known: readonly string[]): JsonFields {
  const { json } = flags
  if (json === undefined || json === false) return null
  if (typeof json !== 'string') return []
  const fields = json.split(',').map(field => field.trim())
  for (const field of fields) {
    if (known.includes(field)) continue
    const nearest = nearestName(field, known)
    throw new RelayError('usage', `There is no field "${field}".`, {
      hint: nearest ? `Did you mean ${nearest}?` : `Fields: ${known.join(', ')}.`,
    })
  }
  return fields
}

type JsonRecord = Readonly<Record<string, unknown>>

export function writeJson(
  streams: Streams,
  value: JsonRecord | readonly JsonRecord[],
  fields: readonly string[],
): void {
  const shown = Array.isArray(value)
    ? value.map(entry => pick(entry, fields))
    : pick(value as JsonRecord, fields)
  streams.out.write(`${JSON.stringify(shown, null, 2)}\n`)
}

function pick(record: JsonRecord, fields: readonly string[]): JsonRecord {
  if (fields.length === 0) return record
  return Object.fromEntries(fields.map(field => [field, record[field]]))
}
