import { RelayError } from '../../base/errors.ts'
import type { Workflow } from '../../workflow/workflow.ts'
import { refusalOfActions, type UsedAction } from '../allowed-actions.ts'
import type { RepositorySettings } from '../store/repository-settings.ts'

/**
 * Throws `invalid_workflow` where the repository's settings let no run of this workflow start. GitHub starts it and has
 * it fail when its job is set up; the hub says no at once. What composite actions use themselves is not looked at.
 */
export function requireAllowed(
  workflow: Workflow,
  settings: RepositorySettings,
  repository: { readonly owner: string; readonly name: string },
): void {
  const refusal = settings.enabled
    ? refusalOfActions(actionsOf(workflow), settings, repository)
    : 'Actions is disabled for this repository.'
  if (refusal !== null) throw new RelayError('invalid_workflow', refusal)
}

function actionsOf(workflow: Workflow): readonly UsedAction[] {
  return workflow.jobs
    .flatMap(({ steps }) => steps.map(({ reference }) => reference))
    .flatMap(reference =>
      reference.type === 'repository' && reference.repositoryType === 'GitHub' && reference.name !== undefined
        ? [{ name: reference.name, path: reference.path ?? '', ref: reference.ref ?? '' }]
        : [],
    )
}
