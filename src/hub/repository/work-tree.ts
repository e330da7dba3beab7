import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '../../base/errors.ts'
import { gitFilter, gitLines } from './git-command.ts'
import type { RefUpdate } from './repository-writer.ts'

/**
 * A file of nobody's commit that the update would write over in the work tree where its branch is checked out; null when
 * there is none. git itself spares untracked files, but not those that are ignored.
 */
export async function findOverwritten(path: string, { ref, from, to }: RefUpdate): Promise<string | null> {
  const workTree = from === null || to === null ? null : await workTreeOf(path, ref)
  if (workTree === null || from === null || to === null) return null
  const changed = (filter: string) => changedPaths(path, [`--diff-filter=${filter}`, from, to])
  const [added, deleted] = await Promise.all([changed('A'), changed('D')])
  for (const name of added) {
    const blocking = await findBlocking(workTree, name)
    if (blocking !== null && !isTracked(blocking, deleted)) return name
  }
  return null
}

/** The folder in which the branch is checked out: a repository may have several. */
async function workTreeOf(path: string, ref: string): Promise<string | null> {
  const lines = await gitLines(path, 'worktree', 'list', '--porcelain')
  const at = lines.indexOf(`branch ${ref}`)
  const folder = lines.slice(0, Math.max(at, 0)).findLast(line => line.startsWith('worktree '))
  return folder?.slice('worktree '.length) ?? null
}

async function changedPaths(path: string, args: readonly string[]): Promise<readonly string[]> {
  const command = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', ...args]
  const output = await gitFilter(path, { args: command, input: '' })
  return (
    output
      ?.toString('utf8')
      .split('\0')
      .filter(name => name !== '') ?? []
  )
}

/** What stands where `name` would go: itself, or a file in place of one of its folders. */
async function findBlocking(workTree: string, name: string): Promise<string | null> {
  const parts = name.split('/')
  for (const length of parts.keys()) {
    const part = parts.slice(0, length + 1).join('/')
    const found = await kindOf(join(workTree, part))
    if (found === null) return null
    if (found === 'other' || part === name) return part
  }
  return null
}

async function kindOf(path: string): Promise<'folder' | 'other' | null> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other'
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/** The update itself takes away what is in the way: a file, or a folder with all that git knows in it. */
function isTracked(blocking: string, deleted: readonly string[]): boolean {
  return deleted.some(name => name === blocking || name.startsWith(`${blocking}/`))
}
