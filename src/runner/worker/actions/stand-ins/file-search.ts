import type { Stats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { systemErrorCode } from '../../../../base/errors.ts'

export interface FoundFiles {
  /** Absolute paths of files, sorted. */
  readonly files: readonly string[]
  /** The folder their names in an archive are relative to: the least common ancestor of what was searched. */
  readonly root: string
}

export interface SearchOptions {
  /** Relative patterns start here. */
  readonly cwd: string
  readonly includeHidden: boolean
}

interface Pattern {
  readonly excludes: boolean
  readonly expression: RegExp
  /** The leading part without wildcards: where the search begins. */
  readonly start: string
}

/**
 * Finds files as GitHub's glob library does: `*`, `?`, `[a-z]` within a name, `**` across folders, a leading `!` to
 * exclude; a folder stands for all in it; a later line overrules an earlier one. Symbolic links are followed, broken
 * ones left out, and so is what begins with a dot unless `includeHidden`.
 */
export async function findFiles(lines: readonly string[], options: SearchOptions): Promise<FoundFiles> {
  const patterns = lines.filter(line => !line.startsWith('#')).map(line => parsePattern(line, options.cwd))
  const starts = outermost(patterns.filter(pattern => !pattern.excludes).map(pattern => pattern.start))
  const files: string[] = []
  for (const start of starts) {
    for await (const file of walk(start, options.includeHidden, [])) {
      if (isIncluded(file, patterns)) files.push(file)
    }
  }
  return { files: files.sort(), root: rootOf(starts, files) }
}

/** The rule of actions/upload-artifact: one searched folder is the root itself, several share their nearest ancestor. */
function rootOf(starts: readonly string[], files: readonly string[]): string {
  const [first = sep] = starts
  if (starts.length === 1) return files.length === 1 && files[0] === first ? dirname(first) : first
  const shared = starts
    .map(start => start.split(sep))
    .reduce((common, parts) => common.slice(0, commonLength(common, parts)))
  return shared.join(sep) || sep
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((part, index) => part !== b[index])
  return differs < 0 ? a.length : differs
}

function isIncluded(file: string, patterns: readonly Pattern[]): boolean {
  return patterns.reduce(
    (included, { excludes, expression }) => (expression.test(file) ? !excludes : included),
    false,
  )
}

function parsePattern(line: string, cwd: string): Pattern {
  const excludes = line.startsWith('!')
  const segments = absolutePath(line.replace(/^!+\s*/, ''), cwd)
    .split(sep)
    .slice(1)
    .filter(segment => segment !== '')
  const wild = segments.findIndex(segment => /[*?[]/.test(segment))
  const fixed = wild < 0 ? segments : segments.slice(0, wild)
  const source = segments
    .filter((segment, index) => segment !== '**' || segments[index - 1] !== '**')
    .map(segment => (segment === '**' ? '(?:/[^/]+)*' : `/${segmentSource(segment)}`))
  return {
    excludes,
    expression: new RegExp(`^${source.join('')}(?:/.*)?$`, 's'),
    start: sep + fixed.join(sep),
  }
}

function segmentSource(segment: string): string {
  return segment.replace(
    /\[(!?)([^\]/]+)\]|[\s\S]/g,
    (character, negated: string, set: string | undefined) => {
      if (set !== undefined) return `[${negated ? '^' : ''}${set.replace(/[\\^[]/g, '\\$&')}]`
      if (character === '*') return '[^/]*'
      if (character === '?') return '[^/]'
      return character.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    },
  )
}

/** The absolute path a line stands for, `~` being the home folder. */
export function absolutePath(line: string, cwd: string): string {
  return resolve(cwd, line.replace(/^~(?=\/|$)/, homedir()))
}

/** Whether a line is more than the path of one file or folder. */
export function isGlob(line: string): boolean {
  return /^[!#]|[*?[]/.test(line)
}

/** A pattern for a single name, without folders. */
export function namePattern(pattern: string): RegExp {
  return new RegExp(`^${segmentSource(pattern)}$`, 's')
}

/** Without those that lie below another. */
function outermost(starts: readonly string[]): readonly string[] {
  const unique = [...new Set(starts)]
  return unique.filter(start => !unique.some(other => start !== other && isBelow(start, other)))
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** `above` holds the real paths of the folders on the way here: a link back to one of them ends the walk. */
async function* walk(path: string, hidden: boolean, above: readonly string[]): AsyncGenerator<string> {
  if (!hidden && basename(path).startsWith('.')) return
  const found = await statIfPresent(path)
  if (found?.isFile()) yield path
  if (!found?.isDirectory()) return
  const real = await realpath(path)
  if (above.includes(real)) return
  for (const name of await readdir(path)) yield* walk(join(path, name), hidden, [...above, real])
}

async function statIfPresent(path: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (thrown) {
    const code = systemErrorCode(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null
    throw thrown
  }
}
