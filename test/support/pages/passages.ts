import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../..')

/** Every page of the checkout, as a path from its root. */
export const allPages: readonly string[] = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('{docs,examples,legacy}/**/*.md', { cwd: root }),
].sort()

/** What is read at once: a paragraph, an item of a list, a row of a table, or a comment behind a command. */
export interface Passage {
  readonly page: string
  readonly kind: 'prose' | 'row' | 'comment'
  /** Of its first line in the page. */
  readonly line: number
  /** Its Markdown. */
  readonly text: string
  /** The whole table, where it is a row; else itself. */
  readonly context: string
}

/** A passage as it is being read. */
interface Open {
  readonly line: number
  readonly lines: string[]
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** Those of all pages that somebody wrote: no headings, and nothing that a program writes. */
export function allPassages(): readonly Passage[] {
  return allPages.flatMap(page => passagesOf(page, readPage(page)))
}

export function passagesOf(page: string, text: string): readonly Passage[] {
  const found: Passage[] = []
  let open: Open | null = null
  let fence: string | null = null
  const close = () => {
    if (open) found.push(...closed(page, open))
    open = null
  }
  for (const [at, line] of writtenLines(page, text).entries()) {
    const [, language] = /^ *```(\w*)/.exec(line) ?? []
    if (language !== undefined) {
      close()
      fence = fence === null ? language : null
    } else if (fence !== null) {
      const [, comment] = /(?:^|\s)#\s(.*)$/.exec(line) ?? []
      if (comment) found.push({ page, kind: 'comment', line: at + 1, text: comment, context: comment })
    } else if (/^\s*$|^#|^ *<!--/.test(line)) close()
    else {
      if (/^ *(?:[-*]|\d+\.) /.test(line) || isRow(line) !== isRow(open?.lines[0] ?? line)) close()
      open ??= { line: at + 1, lines: [] }
      open.lines.push(line)
    }
  }
  close()
  return found
}

function isRow(line: string): boolean {
  return /^ *\|/.test(line)
}

function closed(page: string, { line, lines }: Open): readonly Passage[] {
  const context = lines.join('\n')
  if (!isRow(context)) return [{ page, kind: 'prose', line, text: context, context }]
  const rows = lines.map((text, at) => ({ page, kind: 'row' as const, line: line + at, text, context }))
  return rows.filter(({ text }) => !/^[ |:-]*$/.test(text))
}

/** The lines of a page; empty, so that all keep their number, where a program wrote them or they are of a release past. */
function writtenLines(page: string, text: string): readonly string[] {
  const blank = (part: string) => part.replaceAll(/[^\n]/g, '')
  const written = text
    .replace(/^<!-- Written by [\s\S]*/m, blank)
    .replaceAll(/^<!-- (\w+): written by [\s\S]*?^<!-- \1: end -->$/gm, blank)
  const [, current = written] = page === 'CHANGELOG.md' ? (/^(.*?^## .*?)^## /ms.exec(written) ?? []) : []
  return current.split('\n')
}

/** The line of the page at which what stands at `index` of the passage's text begins. */
export function lineAt({ line, text }: Pick<Passage, 'line' | 'text'>, index: number): number {
  return line + text.slice(0, index).split('\n').length - 1
}

export interface Span {
  readonly text: string
  readonly index: number
}

/** What stands between backticks, on one line. */
export function codeSpans({ text }: Pick<Passage, 'text'>): readonly Span[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(({ index, 1: code = '' }) => ({
    index,
    text: code.replaceAll(/\s+/g, ' '),
  }))
}
