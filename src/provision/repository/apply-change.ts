import type { Change } from './plan.ts'
import type { QueueRepository } from './queue-repository.ts'

/** Where the files go, as they were read. */
export interface Place {
  readonly branch: string
  readonly head: string | null
}

export async function applyChange(repository: QueueRepository, change: Change, place: Place): Promise<void> {
  switch (change.kind) {
    case 'create_repository':
      return await repository.create()
    case 'policy':
      return await repository.setPolicy(change.policy)
    case 'selected_actions':
      return await repository.setSelectedActions(change.selected)
    case 'workflow_permissions':
      return await repository.setWorkflowPermissions(change.workflow)
    case 'retention':
      return await repository.setRetentionDays(change.days)
    case 'files':
      return await repository.commit({ ...place, message: change.message, files: change.files })
  }
}
