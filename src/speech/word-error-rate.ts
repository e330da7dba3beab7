/** How far a transcript is from what was said: substitutions, deletions and insertions over the words of the reference. */
export interface WordErrors {
  readonly substitutions: number
  readonly deletions: number
  readonly insertions: number
  readonly words: number
  /** 0 is perfect; above 1 is possible. null when the reference has no words. */
  readonly rate: number | null
}

type Edits = Pick<WordErrors, 'substitutions' | 'deletions' | 'insertions'>

/** Levenshtein distance on words, after case and punctuation are taken away (apostrophes inside words stay). */
export function wordErrors(reference: string, heard: string): WordErrors {
  const said = words(reference)
  const got = words(heard)
  // best[j]: the fewest edits that turn the reference words so far into the first j words heard.
  let best: Edits[] = Array.from({ length: got.length + 1 }, (_, insertions) => edits(0, 0, insertions))
  for (const [index, word] of said.entries()) {
    const row: Edits[] = [edits(0, index + 1, 0)]
    for (let j = 1; j <= got.length; j++) row.push(cheapest(best, row, j, word === got[j - 1]))
    best = row
  }
  const least = best[got.length] ?? edits(0, 0, 0)
  return { ...least, words: said.length, rate: said.length === 0 ? null : cost(least) / said.length }
}

function cheapest(above: readonly Edits[], row: readonly Edits[], j: number, same: boolean): Edits {
  const none = edits(0, 0, 0)
  const diagonal = above[j - 1] ?? none
  if (same) return diagonal
  const options = [
    { ...diagonal, substitutions: diagonal.substitutions + 1 },
    { ...(above[j] ?? none), deletions: (above[j] ?? none).deletions + 1 },
    { ...(row[j - 1] ?? none), insertions: (row[j - 1] ?? none).insertions + 1 },
  ]
  return options.reduce((least, option) => (cost(option) < cost(least) ? option : least))
}

function edits(substitutions: number, deletions: number, insertions: number): Edits {
  return { substitutions, deletions, insertions }
}

function cost({ substitutions, deletions, insertions }: Edits): number {
  return substitutions + deletions + insertions
}

function words(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'")
  return plain.match(/[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu) ?? []
}
