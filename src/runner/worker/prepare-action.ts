import { type ActionReference, describeAction } from './action-reference.ts'
import { type ResolvedAction, resolveAction } from './actions/resolve-action.ts'
import type { JobState } from './job-state.ts'

/** Where public actions live. Asked without a token: the job's own is the hub's, and worth nothing there. */
const publicActionsApi = 'https://api.github.com'

/**
 * Finds an action, once per job. One of the workspace is read anew by each step, since it may come from a checkout or be
 * changed by the steps before. Throws RelayError with what to do where it cannot be had.
 */
export function prepareAction(reference: ActionReference, state: JobState): Promise<ResolvedAction> {
  const key = describeAction(reference)
  const isLocal = reference.type === 'repository' && reference.repositoryType === 'self'
  const known = isLocal ? undefined : state.actions.get(key)
  if (known !== undefined) return known
  const resolved = resolveAction(reference, {
    workspace: state.folders.workspace,
    actionsDir: state.folders.actions,
    archiveCache: state.job.actionArchiveCache,
    mode: state.job.actions,
    download: async request => {
      // Loaded when needed: a job's first step should not wait for a client that most jobs never use.
      const { tarballDownload } = await import('./actions/download-tarball.ts')
      await tarballDownload(publicActionsApi, null)(request)
    },
  })
  state.actions.set(key, resolved)
  return resolved
}
