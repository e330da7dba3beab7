import { printable, type Streams } from './streams.ts'

/**
 * Rows for people on a terminal: a heading and aligned columns, the last one cut at the edge. In a pipe they are for
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
  const widths = heading.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)))
  for (const line of lines) {
    const padded = line.map((cell, column) =>
      column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    )
    streams.out.write(`${cut(padded.join('  ').trimEnd(), streams.width)}\n`)
  }
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`
}
