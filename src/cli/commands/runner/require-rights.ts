import { existsSync } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RelayError } from '../../../base/errors.ts'
import { shellWord } from '../../../base/shell-word.ts'
import { findAccount, runnerUser } from '../../../provision/runner/account.ts'
import type { InstalledRunner } from '../../../provision/runner/inventory.ts'
import type { Context } from '../../context.ts'
import { mainPath } from '../../fleet/program.ts'

/**
 * Folders of the system, services and accounts are root's. Throws `not_authorized` with the command that has the right,
 * before anything was done.
 */
export async function requireRights(
  root: string,
  { user, service }: Pick<InstalledRunner, 'user' | 'service'>,
  context: Context,
): Promise<void> {
  const uid = process.getuid?.() ?? 0
  if (uid === 0) return
  const account = await findAccount(user, context.env)
  const isOther = account === null ? user === runnerUser : account.uid !== uid
  const isClosed = !(await isWritable(root)) || !(await isWritable(dirname(service.file)))
  if (!isOther && !isClosed) return
  const words = context.args.map(shellWord).join(' ')
  throw new RelayError('not_authorized', 'Services, accounts and folders of the system are root’s.', {
    hint: `Run: sudo --preserve-env=GH_TOKEN,GH_REPO,RELAYQ_API_URL,RELAYQ_TOKEN ${process.execPath} ${mainPath} ${words}`,
  })
}

/** Whether a folder, or the nearest one above it that is there, can be written to. */
async function isWritable(path: string): Promise<boolean> {
  let nearest = path
  while (!existsSync(nearest)) nearest = dirname(nearest)
  return access(nearest, constants.W_OK).then(
    () => true,
    () => false,
  )
}
