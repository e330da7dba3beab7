import { gitFilter } from './git-command.ts'

/**
 * A branch that is checked out moves with its work tree, and only where that has no changes; what is the person's own in
 * `refs/` (stash, remotes) cannot be touched. Whatever their own settings are.
 */
const settings = [
  'receive.denyCurrentBranch=updateInstead',
  'receive.denyDeleteCurrent=refuse',
  'receive.denyNonFastForwards=false',
  'receive.denyDeletes=false',
  'receive.autogc=false',
  'receive.hideRefs=refs/',
  'receive.hideRefs=!refs/heads/',
  'receive.hideRefs=!refs/tags/',
  'submodule.recurse=false',
] as const

/** `-c` for each of the settings under which git receives a push. */
export const receiveOptions: readonly string[] = settings.flatMap(setting => ['-c', setting])

/** In the log of each ref that moves. */
const identity = { GIT_COMMITTER_NAME: 'RelayQ', GIT_COMMITTER_EMAIL: 'relayq@localhost' }

/** Ended in the middle git would leave half a work tree: it has far longer than any takes. */
const timeoutMs = 10 * 60_000

/** Hands a push, whose objects are there, to git; its report. Rejects when git ends without one. */
export async function receivePack(path: string, push: Buffer): Promise<Buffer> {
  const args = [...receiveOptions, 'receive-pack', '--stateless-rpc', path]
  const report = await gitFilter(path, { args, input: push, env: identity, timeoutMs })
  if (!report) throw new Error('git receive-pack failed')
  return report
}
