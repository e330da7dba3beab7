import type { PageQuery } from '../store/records.ts'
import { gitFilter, gitLine, gitLines } from './git-command.ts'
import { type ChangedFile, maxComparedCommits } from './repository.ts'

/** The commits of a comparison as shas. */
export interface ComparedCommits {
  readonly mergeBase: string
  readonly aheadBy: number
  readonly behindBy: number
  readonly commits: readonly string[]
}

/** Both are full shas of commits that exist; null when they have no common ancestor. */
export async function compareCommits(
  path: string,
  { base, head, page }: { readonly base: string; readonly head: string; readonly page: PageQuery | null },
): Promise<ComparedCommits | null> {
  const [mergeBase, counts] = await Promise.all([
    gitLine(path, 'merge-base', base, head),
    gitLine(path, 'rev-list', '--left-right', '--count', `${base}...${head}`),
  ])
  if (mergeBase === null) return null
  const [behindBy = 0, aheadBy = 0] = (counts ?? '').split('\t').map(Number)
  const { newer, count } = page ? placeOf(page, aheadBy) : { newer: 0, count: maxComparedCommits }
  const range = [`--skip=${newer}`, `--max-count=${count}`, `${base}..${head}`]
  return { mergeBase, aheadBy, behindBy, commits: await gitLines(path, 'rev-list', '--reverse', ...range) }
}

/** git goes back from the newest, and turns only what it then has round. */
function placeOf({ page, perPage }: PageQuery, total: number): { newer: number; count: number } {
  const newer = Math.max(0, total - page * perPage)
  return { newer, count: Math.max(0, total - newer - (page - 1) * perPage) }
}

/** What differs between two commits; no command that the repository configures takes part. Rejects when git cannot say. */
export async function listChanges(path: string, from: string, to: string): Promise<readonly ChangedFile[]> {
  const plain = ['--no-ext-diff', '--no-textconv', '--find-renames']
  const args = ['diff-tree', '-r', '-z', '--raw', '--numstat', '--no-abbrev', ...plain, from, to]
  const output = await gitFilter(path, { args, input: '' })
  if (!output) throw new Error(`git cannot compare ${from} with ${to}`)
  return parseChanges(output.toString().split('\0'))
}

const statuses: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  D: 'removed',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
}

/**
 * First of every file `:<mode> <mode> <sha> <sha> <status>`, then its path, of a renamed one both; then of every file, in
 * the same order, `<added>\t<deleted>\t<path>`, of a renamed one without the path and both after it (git-diff-tree).
 */
function parseChanges(fields: readonly string[]): readonly ChangedFile[] {
  const files: Omit<ChangedFile, 'additions' | 'deletions'>[] = []
  let at = 0
  while (fields[at]?.startsWith(':')) {
    const [, , from = '', to = '', letter = ''] = (fields[at] ?? '').split(' ')
    const isMoved = /^[RC]/.test(letter)
    const path = fields[at + (isMoved ? 2 : 1)] ?? ''
    const status = statuses[letter.charAt(0)] ?? 'modified'
    const sha = status === 'removed' ? from : to
    files.push({ path, previousPath: isMoved ? (fields[at + 1] ?? null) : null, sha, status })
    at += isMoved ? 3 : 2
  }
  const counts = fields.slice(at).flatMap(field => {
    const [, additions, deletions] = /^(\d+|-)\t(\d+|-)\t/.exec(field) ?? []
    return additions === undefined ? [] : [{ additions: count(additions), deletions: count(deletions) }]
  })
  return files.map((file, index) => ({ ...file, ...(counts[index] ?? { additions: 0, deletions: 0 }) }))
}

/** `-`: of what is no text. */
function count(text: string | undefined): number {
  return text === undefined || text === '-' ? 0 : Number(text)
}
