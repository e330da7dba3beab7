import type { Verify } from './policy.ts'

/** What the policy made of one job and one fleet. JSON through and through: it is stored with the job. */
export type Decision = {
  /** The one machine label the dispatch carries; null: none is sent, or the workflow's own `runs-on` applies. */
  readonly label: string | null
  /** For the input `runs_on`; empty when `label` is null. */
  readonly runsOn: readonly string[]
  /** A GitHub-hosted machine, which costs minutes. */
  readonly hosted: boolean
  /** The policy's limit for the input, in MB of 10⁶ bytes: where the size is unknown, the job keeps it while downloading. */
  readonly maxSizeMb: number | null
  /** Of the work itself; null: the workflow's own. */
  readonly timeoutMinutes: number | null
  readonly verify: Verify
  readonly outcome: DecisionOutcome
  /** The step of the chain that was chosen, from 0, of `steps`; null: none was. */
  readonly step: number | null
  readonly steps: number
  /** How long to wait for this step before the next is tried; null: for ever, as for the last one that fits. */
  readonly queueTimeoutSeconds: number | null
  /** ISO 8601, of a held job: when it may start at the earliest; null: as soon as another one ends. */
  readonly notBefore: string | null
  /** ISO 8601: when the chosen machine would be done; null: unknown. */
  readonly expectedFinish: string | null
  /** In the order of the policy. */
  readonly candidates: readonly Candidate[]
  /** One sentence for people. */
  readonly summary: string
}

/**
 * preferred, fallback: a fitting runner of that step is online; a GitHub-hosted one is a fallback. waiting: none is, the
 * job waits for `label`. held: it must not start yet, and nothing is sent. pinned: the user named it. no_route: the
 * policy has none for this kind. rejected: no machine may ever take it.
 */
export type DecisionOutcome =
  | 'preferred'
  | 'fallback'
  | 'waiting'
  | 'held'
  | 'pinned'
  | 'no_route'
  | 'rejected'

export type Candidate = {
  /** As the policy (or the user) wrote it: a label or a runner's name. */
  readonly label: string
  /** null: no runner bears it now, or the fleet could not be read. */
  readonly runner: string | null
  readonly step: number
  /** Seconds until this job would be done there; null: unknown. */
  readonly eta: number | null
  readonly verdict: 'chosen' | 'accepted' | 'rejected'
  readonly reasons: readonly string[]
}
