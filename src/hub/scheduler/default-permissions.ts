import type { Permissions } from '../../workflow/workflow.ts'
import type { RepositorySettings } from '../store/repository-settings.ts'

/** GitHub's restricted default, without the packages that a hub has not. */
const restricted: Permissions = { contents: 'read' }

/** GitHub's permissive default, of what a hub has. */
const permissive: Permissions = { actions: 'write', checks: 'write', contents: 'write' }

/** What a job's token may do where its workflow declares no `permissions`. */
export function defaultPermissionsOf(
  settings: Pick<RepositorySettings, 'defaultWorkflowPermissions'>,
): Permissions {
  return settings.defaultWorkflowPermissions === 'write' ? permissive : restricted
}
