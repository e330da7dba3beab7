import { isJsonObject, type JsonObject } from '../../../base/json.ts'

/** An answer of GitHub's as it stands: a refusal tells as much as a gift. */
export interface GitHubAnswer {
  readonly status: number
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  /** null: a refusal, or no JSON. */
  readonly data: unknown
  /** What a refusal says; '' otherwise. */
  readonly message: string
}

/** Asks GitHub as the broker's token does. Throws where no answer comes, or the server stumbles. */
export interface GitHubReader {
  /** OWNER/REPO. */
  readonly repository: string
  /** Of a path below the repository: `/actions/runs?per_page=1`. */
  readonly ask: (path: string) => Promise<GitHubAnswer>
  /** Of a path of the API itself: `/user`. */
  readonly askRoot: (path: string) => Promise<GitHubAnswer>
  /** Sends a dispatch of a workflow that cannot exist: it changes nothing, and tells whether one would be taken. */
  readonly askToDispatch: () => Promise<GitHubAnswer>
}

/** The members of an answer; none where it was refused. */
export function membersOf({ data }: GitHubAnswer): JsonObject {
  return isJsonObject(data) ? data : {}
}

/** Why nothing was read: the permission that GitHub names, or its words. */
export function refusalOf({ status, headers, message }: GitHubAnswer): string {
  const needed = headers.get('x-accepted-github-permissions')
  return needed ? `the token needs the permission ${needed}` : `GitHub answered ${status} ${message}`.trim()
}
