import { gitFilter } from './git-command.ts'
import type { ListedEntry } from './repository.ts'

/**
 * The entries of the tree `sha` (which exists), with those below them where `recursive`; null when git cannot list it.
 * `latin1` keeps the bytes of names that are not UTF-8.
 */
export async function listTree(
  path: string,
  sha: string,
  options: { readonly recursive: boolean; readonly names: 'utf8' | 'latin1' },
): Promise<readonly ListedEntry[] | null> {
  const below = options.recursive ? ['-r', '-t'] : []
  const args = ['ls-tree', '-z', '--long', '--full-tree', ...below, sha]
  const output = await gitFilter(path, { args, input: '' })
  if (!output) return null
  const lines = output.toString(options.names).split('\0')
  return lines.map(parseLine).filter(entry => entry !== null)
}

/** `100644 blob <sha>     123<tab>path`; `-` for what has no size. */
function parseLine(line: string): ListedEntry | null {
  const [, mode = '', type = '', sha = '', size, path = ''] =
    /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line) ?? []
  return path === '' ? null : { path, mode, type, sha, size: size === '-' ? null : Number(size) }
}
