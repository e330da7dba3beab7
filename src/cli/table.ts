import { printable, type Streams } from './streams.ts'

/**
 * Rows for people on a terminal: a heading and aligned columns. Where it is narrow, a long column is cut, and the last ones go
 * under their row when little of them would be seen. Of no rows, nothing. In a pipe they are for programs: no heading, columns separated by
 * tabs, nothing cut.
 */
export function writeTable(
  streams: Streams,
  heading: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const cells = rows.map(row => row.map(cell => printable(cell).replace(/[\t\n]/g, ' ')))
  if (!streams.isTTY) {
    for (const row of cells) streams.out.write(`${row.join('\t')}\n`)
    return
  }
  if (cells.length === 0) return
  const lines = [heading, ...cells]
  const natural = heading.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const { widths, beside } = layOut(natural, streams.width)
  for (const line of lines) {
    const padded = line.map((cell, column) => padTo(cell, column === line.length - 1 ? null : widths[column]))
    const row = padded.slice(0, beside).join(gap).trimEnd()
    const below = padded.slice(beside).join(gap).trimEnd()
    streams.out.write(`${cut(row, streams.width)}\n`)
    if (below !== '') streams.out.write(`${cut(`${gap}${below}`, streams.width)}\n`)
  }
}

const gap = '  '

/** null: as it is. */
function padTo(cell: string, width: number | null | undefined): string {
  return width == null ? cell : cut(cell, width).padEnd(width)
}

/** No column is cut to less: ids, names and states stay whole, for people to copy. */
const leastWidth = 24

/** Of a last column that has more to say, such as a reason, this much is seen, or it goes under its row. */
const leastOfLast = 32

interface Layout {
  readonly widths: readonly number[]
  /** So many columns stand side by side, the others below. */
  readonly beside: number
}

function layOut(natural: readonly number[], width: number): Layout {
  const last = Math.min(natural.at(-1) ?? 0, leastOfLast)
  const columns = narrowed(natural.slice(0, -1), width - last)
  if (endOf(columns) + last <= width) return { widths: columns, beside: natural.length }
  const alone = narrowed(natural.slice(0, -1), width)
  const beside = alone.findIndex((_, column) => endOf(alone.slice(0, column + 1)) - gap.length > width)
  return { widths: alone, beside: Math.max(1, beside === -1 ? alone.length : beside) }
}

/** Where a column after these begins. */
function endOf(columns: readonly number[]): number {
  return columns.reduce((sum, column) => sum + column + gap.length, 0)
}

/** The longest column gives way until there is room for all, or nothing is left to give. */
function narrowed(columns: readonly number[], width: number): readonly number[] {
  const longest = Math.max(0, ...columns)
  const missing = endOf(columns) - width
  if (missing <= 0 || longest <= leastWidth) return columns
  return columns.with(columns.indexOf(longest), Math.max(leastWidth, longest - missing))
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}
