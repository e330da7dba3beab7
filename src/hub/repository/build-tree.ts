import { gitFilter } from './git-command.ts'
import { listTree } from './list-tree.ts'
import type { TreeEdit, WrittenTree } from './repository-writer.ts'
import { isWritablePath } from './tree-path.ts'

/** Each costs two short programs. */
const maxFolders = 500

interface Entry {
  readonly mode: string
  readonly sha: string
}

const folderMode = '040000'

/** Writes the tree that `base` (which exists; null: nothing) becomes by the edits, folder by folder, from the leaves up. */
export async function buildTree(
  path: string,
  base: string | null,
  edits: readonly TreeEdit[],
): Promise<WrittenTree> {
  const bad = edits.find(edit => !isWritablePath(edit.path))
  if (bad) return { kind: 'invalid', reason: `tree.path ${JSON.stringify(bad.path)} is malformed` }
  if (countFolders(edits) > maxFolders)
    return { kind: 'invalid', reason: `At most ${maxFolders} folders can change at once` }
  const root = await buildFolder(path, base, edits.map(asBytes))
  return root
    ? { kind: 'written', sha: root.sha }
    : { kind: 'invalid', reason: 'A tree.sha is no object of its mode' }
}

function countFolders(edits: readonly TreeEdit[]): number {
  const folders = edits.flatMap(edit => {
    const parts = edit.path.split('/')
    return parts.map((_, at) => parts.slice(0, at).join('/'))
  })
  return new Set(folders).size
}

/** As git's names are read, byte for byte: those of the base need not be UTF-8. */
function asBytes(edit: TreeEdit): TreeEdit {
  return { ...edit, path: Buffer.from(edit.path).toString('latin1') }
}

/** null when git refuses an entry. git has no empty folders: the one above leaves an empty one out. */
async function buildFolder(
  path: string,
  base: string | null,
  edits: readonly TreeEdit[],
): Promise<{ readonly sha: string; readonly isEmpty: boolean } | null> {
  const listed = base === null ? [] : await listTree(path, base, { recursive: false, names: 'latin1' })
  const entries = new Map<string, Entry>((listed ?? []).map(entry => [entry.path, entry]))
  for (const edit of edits.filter(each => !each.path.includes('/'))) applyHere(entries, edit)
  for (const [name, below] of groupByFolder(edits)) {
    const known = entries.get(name)
    const folder = await buildFolder(path, known?.mode === folderMode ? known.sha : null, below)
    if (!folder) return null
    if (folder.isEmpty) entries.delete(name)
    else entries.set(name, { mode: folderMode, sha: folder.sha })
  }
  const sha = await writeFolder(path, entries)
  return sha === null ? null : { sha, isEmpty: entries.size === 0 }
}

function applyHere(entries: Map<string, Entry>, { path, mode, sha }: TreeEdit): void {
  if (sha === null) entries.delete(path)
  else entries.set(path, { mode: mode ?? entries.get(path)?.mode ?? '100644', sha })
}

function groupByFolder(edits: readonly TreeEdit[]): ReadonlyMap<string, readonly TreeEdit[]> {
  const nested = edits.filter(({ path }) => path.includes('/'))
  const groups = Map.groupBy(nested, ({ path }) => path.slice(0, path.indexOf('/')))
  return new Map(
    [...groups].map(([name, group]) => [
      name,
      group.map(edit => ({ ...edit, path: edit.path.slice(name.length + 1) })),
    ]),
  )
}

/** mktree sorts, and refuses an object that is missing or not of its mode. */
async function writeFolder(path: string, entries: ReadonlyMap<string, Entry>): Promise<string | null> {
  const lines = [...entries].map(([name, { mode, sha }]) => `${mode} ${typeOf(mode)} ${sha}\t${name}\0`)
  const input = Buffer.from(lines.join(''), 'latin1')
  const output = await gitFilter(path, { args: ['mktree', '-z'], input })
  return output?.toString('latin1').trim() ?? null
}

function typeOf(mode: string): string {
  if (mode === folderMode) return 'tree'
  return mode === '160000' ? 'commit' : 'blob'
}
