import { createHash } from 'node:crypto'
import { lstat, readFile, realpath } from 'node:fs/promises'
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
 * is no such file.
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
  const blob = blobId(await readFile(join(checkout, place)))
  const isCommitted = async () => (await gitLine(checkout, ['rev-parse', `HEAD:${place}`])) === blob
  return { blob, isCommitted }
}

/** As git reckons it (gitformat-pack(5)). `git hash-object` would run the filters of a checkout that may be a stranger's. */
function blobId(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex')
}

async function isAround(checkout: string, cwd: string): Promise<boolean> {
  const here = await realpath(cwd).catch(() => null)
  return here !== null && relative(checkout, here).split(sep)[0] !== '..'
}
