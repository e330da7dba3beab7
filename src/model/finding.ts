/**
 * What a look at a result found. cut_off: the file ends before it says. unheard: sound without words. loop: the engine
 * repeats itself. pace: more or fewer words than anyone speaks. language: not the one asked for. no_sound: words where
 * there is silence, which are left out of the transcript.
 */
const findingKinds = ['cut_off', 'unheard', 'loop', 'pace', 'language', 'no_sound'] as const

export type FindingKind = (typeof findingKinds)[number]

export function isFindingKind(value: unknown): value is FindingKind {
  return findingKinds.some(kind => kind === value)
}

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
