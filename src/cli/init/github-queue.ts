import type { GitHubClient } from '../../github/client.ts'
import { commitFiles, readFileAt, readHead } from '../../github/commit-files.ts'
import { createRepository } from '../../github/create-repository.ts'
import {
  readActionsSettings,
  readRepository,
  setActionsPolicy,
  setRetentionDays,
  setSelectedActions,
  setWorkflowPermissions,
} from '../../github/repository-settings.ts'
import type { QueueRepository } from '../../provision/repository/queue-repository.ts'

/** The repository of a client, as setting it up sees it. `login`: whose token it is; it decides where one is made. */
export function queueRepositoryAt(client: GitHubClient, login: string | null): QueueRepository {
  return {
    read: () => readRepository(client),
    create: async () => void (await createRepository(client, login)),
    readSettings: () => readActionsSettings(client),
    setPolicy: policy => setActionsPolicy(client, policy),
    setSelectedActions: selected => setSelectedActions(client, selected),
    setWorkflowPermissions: workflow => setWorkflowPermissions(client, workflow),
    setRetentionDays: days => setRetentionDays(client, days),
    readHead: branch => readHead(client, branch),
    readFile: (path, commit) => readFileAt(client, path, commit),
    commit: async commit => void (await commitFiles(client, commit)),
  }
}
