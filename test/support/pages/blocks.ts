import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A shell block of a page. */
export interface Block {
  readonly page: string
  readonly commands: readonly Command[]
  /** Of the comment `<!-- not run: REASON -->` before it; null: it is to be run. */
  readonly notRun: string | null
}

/** What a person types at once: one line, or those that an open quote or a backslash joins. */
export interface Command {
  /** Of its first line in the page. */
  readonly line: number
  readonly text: string
}

const root = join(import.meta.dirname, '../../..')
const fence = /(?:^ *<!-- not run: ([^\n]*?) *-->\n)?^( *)```sh\n([\s\S]*?)^ *```$/gm

/** The blocks between ```sh and ```, without the indentation of the list they are in. */
export function shellBlocks(page: string): readonly Block[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(fence)].map(match => {
    const [whole, notRun = null, indent = '', body = ''] = match
    const first = text.slice(0, match.index + whole.indexOf('```sh')).split('\n').length + 1
    const lines = body.split('\n').map(line => line.replace(indent, ''))
    return { page, notRun, commands: commandsOf(lines, first) }
  })
}

function commandsOf(lines: readonly string[], first: number): readonly Command[] {
  const commands: Command[] = []
  let open: Command | null = null
  lines.forEach((line, index) => {
    const text: string = open === null ? line : `${open.text}\n${line}`
    open = { line: open?.line ?? first + index, text }
    if (!isWhole(text)) return
    if (withoutComment(text) !== '') commands.push(open)
    open = null
  })
  return commands
}

function isWhole(text: string): boolean {
  const typed = withoutComment(text)
  const quotes = [...typed.matchAll(/"[^"]*"|'[^']*'|["']/g)].map(([quote]) => quote)
  return !typed.endsWith('\\') && quotes.every(quote => quote.length > 1)
}

function withoutComment(text: string): string {
  return text.replace(/(^|\s)#.*$/, '').trim()
}
