import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Description } from './description.ts'

export const hubPageFile = join(import.meta.dirname, '../../docs/hub.md')

const begin = '<!-- operations: written by test/conformance/write-hub-page.ts -->'
const end = '<!-- operations: end -->'

/** docs/hub.md with a table of what is served, in place of the one it has. */
export function renderHubPage(description: Description, served: readonly string[]): string {
  const [before, rest = ''] = readFileSync(hubPageFile, 'utf8').split(begin)
  const after = rest.split(end)[1]
  if (after === undefined) throw new Error(`${hubPageFile} has no place for the table`)
  return [before, begin, '\n\n', table(description, new Set(served)), '\n\n', end, after].join('')
}

function table({ source, operations }: Description, served: ReadonlySet<string>): string {
  const rows = Object.entries(operations).map(
    ([operation, { operationId }]) =>
      `| \`${operation}\` | ${operationId} | ${served.has(operation) ? 'yes' : 'no'} |`,
  )
  return [
    `${served.size} of the ${rows.length} operations an Actions client could ask for, by \`${source}\`:`,
    '',
    '| operation | GitHub calls it | served |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}
