/** What the policy made of one job and one fleet. JSON through and through: it is stored with the job. */
export type Decision = {
  /** The one machine label the dispatch carries; null: the workflow's own `runs-on` applies. */
  readonly label: string | null
  /** For the input `runs_on`; empty when `label` is null. */
  readonly runsOn: readonly string[]
  /** The policy's limit for the input, in MB of 10⁶ bytes: where the size is unknown, the job keeps it while downloading. */
  readonly maxSizeMb: number | null
  readonly outcome: DecisionOutcome
  /** In the order of the policy. */
  readonly candidates: readonly Candidate[]
  /** One sentence for people. */
  readonly summary: string
}

/**
 * preferred, fallback: a fitting runner of that step is online. waiting: none is, the job waits for `label`.
 * pinned: the user named it. no_route: the policy has none for this kind. rejected: no machine may ever take it.
 */
export type DecisionOutcome = 'preferred' | 'fallback' | 'waiting' | 'pinned' | 'no_route' | 'rejected'

export type Candidate = {
  /** As the policy (or the user) wrote it: a label or a runner's name. */
  readonly label: string
  /** null: no runner bears it now, or the fleet could not be read. */
  readonly runner: string | null
  readonly verdict: 'chosen' | 'accepted' | 'rejected'
  readonly reasons: readonly string[]
}
