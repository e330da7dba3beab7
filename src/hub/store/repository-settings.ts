import { type JsonObject, parseJson } from '../../base/json.ts'
import type { Database } from './database.ts'
import { text } from './row.ts'

/** What the owner of a repository sets, in GitHub's words but for the case. */
export interface RepositorySettings {
  /** Of Actions as a whole: without it no run is started. */
  readonly enabled: boolean
  readonly allowedActions: 'all' | 'local_only' | 'selected'
  readonly shaPinningRequired: boolean
  /** Of these `allowedActions: selected` speaks. */
  readonly githubOwnedAllowed: boolean
  readonly verifiedAllowed: boolean
  /** `owner/repo@ref` with `*` for any characters; one that begins with `!` forbids. */
  readonly patternsAllowed: readonly string[]
  /** Of a job's token whose workflow declares no `permissions`. */
  readonly defaultWorkflowPermissions: 'read' | 'write'
  readonly canApprovePullRequestReviews: boolean
  /** Days that artifacts are kept. */
  readonly retentionDays: number
  readonly visibility: 'private' | 'public'
  readonly description: string | null
  readonly hasIssues: boolean
  readonly hasProjects: boolean
  readonly hasWiki: boolean
}

/** What is left out, or undefined, stays. */
export type SettingsChange = {
  readonly [K in keyof RepositorySettings]?: RepositorySettings[K] | undefined
}

/** What a new private repository of GitHub's begins with, but for the pages that a hub has not. */
const initial: RepositorySettings = {
  enabled: true,
  allowedActions: 'all',
  shaPinningRequired: false,
  githubOwnedAllowed: true,
  verifiedAllowed: false,
  patternsAllowed: [],
  defaultWorkflowPermissions: 'read',
  canApprovePullRequestReviews: false,
  retentionDays: 90,
  visibility: 'private',
  description: null,
  hasIssues: false,
  hasProjects: false,
  hasWiki: false,
}

/** The settings as they stand; only the hub writes them, so each value has the form it was checked for. */
export class RepositorySettingsStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  read(): RepositorySettings {
    const rows = this.#db.all('SELECT * FROM repository_setting')
    const stored: JsonObject = Object.fromEntries(
      rows.map(row => [text(row, 'name'), parseJson(text(row, 'value'))]),
    )
    return { ...initial, ...stored }
  }

  change(change: SettingsChange): void {
    this.#db.transaction(() => {
      for (const [name, value] of Object.entries(change)) {
        if (value === undefined) continue
        this.#db.run(
          `INSERT INTO repository_setting (name, value) VALUES (:name, :value)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
          { name, value: JSON.stringify(value) },
        )
      }
    })
  }
}
