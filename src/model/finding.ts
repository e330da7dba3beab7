import { isJsonObject, type Json } from '../base/json.ts'

/**
 * What a look at a result found. cut_off: the file ends before it says. overlong: it is longer than its source says. unheard:
 * sound without words. loop: the same words again and again. pace: more or fewer words than anyone speaks. language: not the one
 * asked for. no_sound: words where there is silence, which are left out of the transcript.
 */
const findingKinds = ['cut_off', 'overlong', 'unheard', 'loop', 'pace', 'language', 'no_sound'] as const

export type FindingKind = (typeof findingKinds)[number]

/** JSON through and through: it stands in result.json and in the transcript. */
export type Finding = {
  readonly kind: FindingKind
  /** Seconds of the recording. */
  readonly start: number
  readonly end: number
  /** A sentence for people, with the place in it. */
  readonly message: string
  /** doubt: the result may be wrong there. note: worth knowing, and no more. */
  readonly severity: 'doubt' | 'note'
}

/** Those of a list that came from a machine. A kind that a newer version has added is passed over: it is a warning too. */
export function readFindings(value: Json | undefined): Finding[] {
  return Array.isArray(value) ? value.flatMap(item => readFinding(item) ?? []) : []
}

function readFinding(value: Json): Finding | null {
  if (!isJsonObject(value)) return null
  const { start, end, message, severity } = value
  const kind = findingKinds.find(known => known === value['kind'])
  if (kind === undefined || typeof message !== 'string') return null
  if (severity !== 'doubt' && severity !== 'note') return null
  return { kind, start: seconds(start), end: seconds(end), message, severity }
}

function seconds(value: Json | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0
}
