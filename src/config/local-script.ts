import { lstat, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { isRepository } from './checkout.ts'
import { gitLine } from './git-line.ts'

/** A script as it lies in a checkout. */
export interface LocalScript {
  /** The id git has for such content. */
  readonly blob: string
  /** Whether the checkout's own last commit has it so. */
  readonly isCommitted: () => Promise<boolean>
}

/**
 * Looks at `place` of the checkout that is around `cwd`; null: this is called elsewhere, it is no git repository, or there
 * is no such file. One call of git, and one for `isCommitted`.
 */
export async function readLocalScript(
  checkout: string,
  cwd: string,
  place: string,
): Promise<LocalScript | null> {
  if (!isRepository(checkout) || !(await isAround(checkout, cwd))) return null
  const found = await lstat(join(checkout, place)).catch(() => null)
  // Of a link, git keeps where it leads.
  if (!found?.isFile()) return null
  const blob = await gitLine(checkout, ['hash-object', '--', place])
  if (blob === null) return null
  const isCommitted = async () => (await gitLine(checkout, ['rev-parse', `HEAD:${place}`])) === blob
  return { blob, isCommitted }
}

async function isAround(checkout: string, cwd: string): Promise<boolean> {
  const here = await realpath(cwd).catch(() => null)
  return here !== null && relative(checkout, here).split(sep)[0] !== '..'
}
