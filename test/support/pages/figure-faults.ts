import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recording } from '../../../bench/support/recording.ts'
import { isHeldBy, isPrintedIn } from './figure-evidence.ts'
import type { FigureSource } from './figure-source.ts'
import { type Figure, figuresIn } from './figures.ts'
import { lineAt, type Passage, passagesOf, readPage, root } from './passages.ts'

/** The figures of a passage that come from nowhere, each with its line. */
export function faultsOf(
  passage: Passage,
  sources: readonly FigureSource[],
  known: readonly Recording[],
): readonly string[] {
  const covered = sources
    .filter(({ page }) => page === passage.page)
    .flatMap(({ says }) =>
      [...passage.text.matchAll(looseWords(says))].map(({ index, 0: text }) => [index, index + text.length]),
    )
  const isCovered = ({ index }: Figure) => covered.some(([from = 0, to = 0]) => index >= from && index < to)
  return figuresIn(passage.text)
    .filter(figure => !isCovered(figure))
    .flatMap(figure => {
      const fault = faultOfMeasured(figure, passage.context, known)
      return fault === null
        ? []
        : [`${passage.page}:${lineAt(passage, figure.index)}: "${figure.text}" ${fault}`]
    })
}

/** null: a bench that the passage names has printed it. */
function faultOfMeasured(figure: Figure, context: string, known: readonly Recording[]): string | null {
  const named = [...context.matchAll(/`(node bench\/[^`]+)`/g)].map(([, command = '']) =>
    command.replaceAll(/\s+/g, ' '),
  )
  if (named.length === 0) return 'comes from nowhere'
  const recorded = known.filter(({ command }) => named.includes(command))
  if (recorded.length === 0) return `has no recording of ${named.join(' or ')}`
  const isPrinted = recorded.some(({ output }) => isPrintedIn(figure, output))
  return isPrinted ? null : `is not in what ${named.join(' or ')} printed`
}

/** Why a row of figure-sources.ts is of no use, or not true. */
export function faultOfRow(row: FigureSource): readonly string[] {
  const { page, says } = row
  const at = `${page}: "${says}"`
  const stands = passagesOf(page, readPage(page)).filter(({ text }) => looseWords(says).test(text))
  const figures = figuresIn(says)
  if (stands.length === 0) return [`${at}: the page does not say it`]
  if (figures.length === 0) return [`${at}: it has no figure`]
  if ('link' in row) {
    return stands.some(({ context }) => context.includes(`](${row.link}`))
      ? []
      : [`${at}: ${row.link} is not linked beside it`]
  }
  if ('reckoned' in row) {
    return figures
      .filter(({ value }) => value !== Math.round(row.reckoned))
      .map(({ text }) => `${at}: ${text} is not ${row.reckoned}`)
  }
  if ('example' in row) return []
  if (!looseWords(row.holds).test(readFileSync(join(root, row.file), 'utf8')))
    return [`${at}: ${row.file} does not hold ${row.holds}`]
  return figures
    .filter(figure => !isHeldBy(figure, row.holds))
    .map(({ text }) => `${at}: ${row.holds} is not ${text}`)
}

/** Wherever the lines break. */
function looseWords(says: string): RegExp {
  const escaped = says.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  return new RegExp(escaped.replaceAll(/ +/g, String.raw`\s+`), 'g')
}
