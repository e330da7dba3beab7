import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { readIfThere } from '../../base/read-if-there.ts'
import { replaceFile } from '../../base/replace-file.ts'
import type { RunnerPlaces } from '../runner/inventory.ts'

/** Who let a runner stop taking jobs, and since when (ISO 8601). */
export interface Drained {
  readonly by: 'person' | 'keep'
  readonly since: string
}

function markerOf({ folder }: Pick<RunnerPlaces, 'folder'>): string {
  return join(folder, 'drained.json')
}

/** null: it is not drained. A marker that cannot be read is a person's: nothing is started against a wish. */
export function readDrained(places: Pick<RunnerPlaces, 'folder'>): Drained | null {
  const text = readIfThere(markerOf(places))
  if (text === null) return null
  const value = parseJson(text)
  if (!isJsonObject(value)) return { by: 'person', since: '' }
  const { by, since } = value
  return { by: by === 'keep' ? 'keep' : 'person', since: typeof since === 'string' ? since : '' }
}

export function markDrained(places: Pick<RunnerPlaces, 'folder'>, drained: Drained): void {
  replaceFile(markerOf(places), `${JSON.stringify(drained)}\n`, { mode: 0o644 })
}

export async function unmarkDrained(places: Pick<RunnerPlaces, 'folder'>): Promise<void> {
  await rm(markerOf(places), { force: true })
}
