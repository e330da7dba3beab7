import { printable, type Streams } from './streams.ts'

/**
 * Rows for people on a terminal: a heading and aligned columns, long ones and the last one cut where it is narrow. In a pipe they are for
 * programs: no heading, columns separated by tabs, nothing cut.
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
  const lines = [heading, ...cells]
  const natural = heading.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  const widths = fitted(natural, streams.width)
  for (const line of lines) {
    const padded = line.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === line.length - 1 ? cell : cut(cell, width).padEnd(width)
    })
    streams.out.write(`${cut(padded.join('  ').trimEnd(), streams.width)}\n`)
  }
}

/** No column is cut to less: ids, names and states stay whole, for people to copy. */
const leastWidth = 24

/** The longest column gives way until the last one is seen, or nothing is left to give. */
function fitted(natural: readonly number[], width: number): readonly number[] {
  const last = natural.at(-1) ?? 0
  const columns = natural.slice(0, -1)
  const longest = Math.max(0, ...columns)
  const used = columns.reduce((sum, column) => sum + column + 2, 0)
  const missing = used + Math.min(last, leastWidth) - width
  if (missing <= 0 || longest <= leastWidth) return natural
  const narrowed = Math.max(leastWidth, longest - missing)
  return natural.with(columns.indexOf(longest), narrowed)
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}
