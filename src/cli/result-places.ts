import { parse } from 'node:path'

export interface PlacedResult {
  readonly id: string
  /** The name of the file it was made of; null: there is none, or it is not known. */
  readonly source: string | null
  /** With its dot; '' of a folder. */
  readonly ending: string
}

/**
 * Names for the results of several jobs in one folder, in their order: after the source where no other is called so, else with the
 * job's id, too. No two are the same. Pure.
 */
export function placesOf(results: readonly PlacedResult[]): readonly string[] {
  const stems = results.map(({ source }) => stemOf(source))
  const shared = Map.groupBy(stems, keyOf)
  const named = results.map((result, at) => {
    const stem = stems[at] ?? null
    const isAlone = stem !== null && shared.get(keyOf(stem))?.length === 1
    return isAlone ? `${stem}${result.ending}` : withId(result, stem)
  })
  if (new Set(named.map(keyOf)).size === named.length) return named
  return results.map((result, at) => withId(result, stems[at] ?? null))
}

function withId({ id, ending }: PlacedResult, stem: string | null): string {
  return `${stem === null ? '' : `${stem}-`}${id}${ending}`
}

/** No file is hidden by its name, or taken for an option. */
function stemOf(source: string | null): string | null {
  const stem = parse(source ?? '')
    .name.replace(/^[.-]+/, '_')
    .replaceAll('/', '_')
  return stem === '' ? null : inBytes(stem, longestStem)
}

/** Of the 255 bytes that a file's name has at most on the usual disks; the rest is for an id and an ending. */
const longestStem = 200

function inBytes(text: string, most: number): string {
  let length = 0
  const points = [...text]
  const end = points.findIndex(point => {
    length += Buffer.byteLength(point)
    return length > most
  })
  return end === -1 ? text : points.slice(0, end).join('')
}

/** Two names with one key may be one file: on a Mac neither case nor the way an accent is written counts. */
function keyOf(name: string | null): string {
  return (name ?? '').normalize('NFC').toLowerCase()
}
