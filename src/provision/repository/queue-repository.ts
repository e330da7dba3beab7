import type { ActionsSettings, NewFile, RepositoryFacts } from '../../model/repository.ts'

/**
 * The repository that becomes a queue, as setting it up sees it. Every method may throw what its server says, as a
 * RelayError; setting a value twice is the same as once.
 */
export interface QueueRepository {
  /** null: there is none, or none that the token may see. */
  read(): Promise<RepositoryFacts | null>
  /** Private, and with a first commit. */
  create(): Promise<void>
  readSettings(): Promise<ActionsSettings>
  setPolicy(policy: Pick<ActionsSettings, 'enabled' | 'allowedActions' | 'shaPinningRequired'>): Promise<void>
  setSelectedActions(selected: NonNullable<ActionsSettings['selectedActions']>): Promise<void>
  setWorkflowPermissions(workflow: ActionsSettings['workflowPermissions']): Promise<void>
  setRetentionDays(days: number): Promise<void>
  /** The commit a branch is at; null: it has none yet. */
  readHead(branch: string): Promise<string | null>
  /** null: there is no such file at that commit. */
  readFile(path: string, commit: string): Promise<string | null>
  /** All files in one commit on top of `head`, or none: where the branch has moved meanwhile it throws. */
  commit(commit: {
    readonly branch: string
    readonly head: string | null
    readonly message: string
    readonly files: readonly NewFile[]
  }): Promise<void>
}
