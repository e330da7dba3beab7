import type { RetryableFailure } from '../model/failure.ts'
import type { Hours } from './hours.ts'

/** `policy/policy.yaml` as read: routes from job kinds to runner labels. */
export interface Policy {
  /** Where it was read from, for messages. */
  readonly path: string
  readonly routes: ReadonlyMap<string, Route>
  /** `runner_capabilities`, by runner name or label in lower case. What a machine reports of itself wins. */
  readonly capabilities: ReadonlyMap<string, Capabilities>
}

/** One step of the chain: all labels of `prefer` are the first, each label of `fallback` is one of its own. */
export interface Route {
  readonly prefer: readonly LabelChoice[]
  readonly fallback: readonly LabelChoice[]
  readonly constraints: Constraints
  /** How long a job may wait for one step before the next is tried; null: for ever. */
  readonly queueTimeoutSeconds: number | null
  /** Of the work itself, from its start; null: the workflow's own. */
  readonly timeoutMinutes: number | null
  readonly retry: RetryRule
  /** The job may only start in these; null: at any time. */
  readonly hours: Hours | null
  readonly placement: Placement
  /** How much later than the earliest machine one of an earlier step may finish before it loses. */
  readonly preferredMayTakeSeconds: number
  /** Whether GitHub-hosted machines are the very last step. */
  readonly hosted: 'never' | 'last'
  /** null: no limit of RelayQ's own. */
  readonly hostedMinutesPerMonth: number | null
  readonly verify: Verify
}

/** spread: the machine that is done first. pack: one that has work already, so that the others stay free. */
export type Placement = 'spread' | 'pack'

/** What doubt about a result does to its job. */
export type Verify = 'fail' | 'warn' | 'off'

export interface LabelChoice {
  /** A label, or a runner's name. */
  readonly label: string
  /** In place of the route's; null: the route's. */
  readonly queueTimeoutSeconds: number | null
  /** 1 unless written: of two machines of one step, one with weight 2 may take twice as long. */
  readonly weight: number
}

export interface Constraints {
  readonly needsFfmpeg: boolean
  /** Largest input in megabytes of 1,000,000 bytes; null: no limit. */
  readonly maxSizeMb: number | null
  /** As machines are sold: in GiB, of which the system may keep an eighth for itself; null: no limit. */
  readonly minMemoryGb: number | null
  /** How many jobs of this kind may run at once; null: no limit. */
  readonly maxConcurrent: number | null
  /** One of these; empty: all will do. */
  readonly arch: readonly Arch[]
  /** All of these. */
  readonly tools: readonly string[]
}

export const noConstraints: Constraints = {
  needsFfmpeg: false,
  maxSizeMb: null,
  minMemoryGb: null,
  maxConcurrent: null,
  arch: [],
  tools: [],
}

export const archs = ['x64', 'arm64', 'arm', 'x86'] as const

type Arch = (typeof archs)[number]

export interface RetryRule {
  /** In all, the first one included. */
  readonly attempts: number
  readonly on: readonly RetryableFailure[]
  /** Before the second attempt; it doubles with each further one, up to `maxBackoffSeconds`. */
  readonly backoffSeconds: number
  readonly maxBackoffSeconds: number
}

/** What the file says of a machine that cannot say it itself. null: not said. */
export interface Capabilities {
  readonly memoryGb: number | null
  readonly cores: number | null
  readonly ffmpeg: boolean | null
  readonly arch: Arch | null
  readonly tools: readonly string[] | null
  /** By kind: seconds of work for one second of media. */
  readonly speed: ReadonlyMap<string, number>
}
