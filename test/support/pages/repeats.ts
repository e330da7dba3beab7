import type { Passage } from './passages.ts'

/** Words that stand on two pages. */
export interface Repeat {
  readonly words: string
  /** `docs/A.md:12`, each of another page. */
  readonly places: readonly string[]
}

const run = 12
/** Of a whole sentence, shorter ones are phrases: "It costs nothing." */
const fewestOfSentence = 6
/** Of the lines between two fences. */
const runOfLines = 3
/** Characters of a block of fewer lines: a picture. */
const longBlock = 80

/** The same sentence, or a run of 12 same words, on two pages; each place but once. */
export function findRepeats(passages: readonly Passage[]): readonly Repeat[] {
  return found(passages.filter(({ kind }) => kind !== 'comment').flatMap(pieces))
}

/** The same three lines of code, one after the other, on two pages, or a whole block of fewer long ones. */
export function findRepeatedCode(
  pages: readonly { readonly page: string; readonly text: string }[],
): readonly Repeat[] {
  return found(
    pages.flatMap(({ page, text }) =>
      [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```$/gm)].flatMap(({ index, 1: body = '' }) => {
        const line = text.slice(0, index).split('\n').length + 1
        const lines = body
          .split('\n')
          .filter(code => code.trim() !== '')
          .map(code => code.trim())
        const runs =
          lines.length < runOfLines && body.length >= longBlock ? [lines] : windows(lines, runOfLines)
        return runs.map(same => ({ page, line, words: same.join('\n') }))
      }),
    ),
  )
}

interface Piece {
  readonly page: string
  readonly line: number
  readonly words: string
}

function pieces({ page, line, text }: Passage): readonly Piece[] {
  const sentences = text.split(/(?<=[.:;!?])\s+|\|/).map(wordsOf)
  const whole = sentences.filter(words => words.length >= fewestOfSentence)
  const runs = windows(wordsOf(text), run)
  return [...whole, ...runs].map(words => ({ page, line, words: words.join(' ') }))
}

/** Without what is Markdown's: where a link leads to, emphasis, points. */
function wordsOf(text: string): readonly string[] {
  const plain = text.replaceAll(/\]\([^)]*\)/g, ' ').toLowerCase()
  return plain.match(/[\p{L}\p{N}]+(?:[-_'’./][\p{L}\p{N}]+)*/gu) ?? []
}

function windows<Item>(items: readonly Item[], length: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.max(0, items.length - length + 1) }, (_, at) =>
    items.slice(at, at + length),
  )
}

/** The first piece of a place that stands elsewhere too: the runs after it overlap it. */
function found(all: readonly Piece[]): readonly Repeat[] {
  const told = new Set<string>()
  return [...Map.groupBy(all, ({ words }) => words)].flatMap(([words, same]) => {
    const pages = Map.groupBy(same, ({ page }) => page)
    const places = [...pages].map(([page, [first]]) => `${page}:${first?.line}`)
    if (pages.size < 2 || told.has(places.join())) return []
    told.add(places.join())
    return [{ words, places }]
  })
}
