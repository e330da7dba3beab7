import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

interface CheckoutQuery {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  /** The folder RelayQ itself runs from. */
  readonly programFolder: string
}

/**
 * The folder whose workflows, policy and hub are meant, as its real path: RELAYQ_CHECKOUT (bin/dispatch.sh sets it to
 * its own), else the nearest folder around the working directory that is a repository with workflows or holds a
 * relayq.yaml, else the folder RelayQ itself runs from, which has workflows and a policy too.
 */
export function findCheckout(query: CheckoutQuery): string {
  const named = query.env['RELAYQ_CHECKOUT']
  if (named) return existsSync(named) ? realpathSync(resolve(query.cwd, named)) : resolve(query.cwd, named)
  const around = ancestors(query.cwd).find(isCheckout)
  return realpathSync(around ?? query.programFolder)
}

function isCheckout(folder: string): boolean {
  if (existsSync(join(folder, 'relayq.yaml'))) return true
  return isRepository(folder) && existsSync(join(folder, '.github', 'workflows'))
}

/** `.git` is a folder, or in a worktree a file. */
export function isRepository(folder: string): boolean {
  return existsSync(join(folder, '.git'))
}

function ancestors(folder: string): readonly string[] {
  const parent = dirname(folder)
  return parent === folder ? [folder] : [folder, ...ancestors(parent)]
}
