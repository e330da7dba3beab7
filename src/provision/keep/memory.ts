import { isJsonObject, parseJson } from '../../base/json.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { replaceFile } from '../../base/replace-file.ts'

/** What one round of keeping leaves to the next, by the name of a runner. Times are ISO 8601. */
export interface RunnerMemory {
  /** Since when the broker has not seen it, although its service runs. */
  readonly offlineSince: string | null
  /** When it was restarted for that, within a day. */
  readonly restarts: readonly string[]
  /** When an update and a registration were last tried. */
  readonly updatedAt: string | null
  readonly registeredAt: string | null
}

export type Memory = Readonly<Record<string, RunnerMemory>>

export const noMemory: RunnerMemory = {
  offlineSince: null,
  restarts: [],
  updatedAt: null,
  registeredAt: null,
}

/** Empty where there is none yet, or a damaged one: the next round learns it all again. */
export function readMemory(path: string): Memory {
  const value = parseJson(readIfThere(path) ?? '')
  const runners = isJsonObject(value) && value['format'] === 1 ? value['runners'] : null
  if (!isJsonObject(runners)) return {}
  return Object.fromEntries(Object.entries(runners).map(([name, memory]) => [name, memoryFrom(memory)]))
}

/** Whole or not at all. */
export function writeMemory(path: string, runners: Memory): void {
  replaceFile(path, `${JSON.stringify({ format: 1, runners }, null, 2)}\n`, { mode: 0o644 })
}

function memoryFrom(value: unknown): RunnerMemory {
  if (!isJsonObject(value)) return noMemory
  const { restarts } = value
  return {
    offlineSince: timeOf(value['offlineSince']),
    restarts: (Array.isArray(restarts) ? restarts : []).flatMap(at => timeOf(at) ?? []),
    updatedAt: timeOf(value['updatedAt']),
    registeredAt: timeOf(value['registeredAt']),
  }
}

function timeOf(value: unknown): string | null {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null
}
