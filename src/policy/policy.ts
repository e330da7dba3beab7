/** `policy/policy.yaml` as read: routes from job kinds to runner labels. */
export interface Policy {
  /** Where it was read from, for messages. */
  readonly path: string
  readonly routes: ReadonlyMap<string, Route>
}

export interface Route {
  /** Labels or runner names, best first. */
  readonly prefer: readonly string[]
  readonly fallback: readonly string[]
  readonly constraints: Constraints
}

export interface Constraints {
  readonly needsFfmpeg: boolean
  /** Largest input in megabytes of 1,000,000 bytes; null: no limit. */
  readonly maxSizeMb: number | null
}
