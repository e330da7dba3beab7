import type { Millis } from '../base/clock.ts'
import type { Fleet } from '../model/runner.ts'

/** What is known of a job's input before it runs; null: unknown. */
export interface InputFacts {
  readonly sizeBytes: number | null
}

/** RelayQ's own jobs on one machine, running or waiting for it; the job that is being decided on is not among them. */
export interface RunnerLoad {
  readonly jobs: number
  /** Expected work until all of them are done; null: unknown. */
  readonly seconds: number | null
}

/** Public keys by the name or a label of a machine, in lower case. */
export type MachineKeys = ReadonlyMap<string, string>

/** One job and the world around it, as values. What is left out is unknown, and changes nothing. */
export interface RoutingRequest {
  readonly kind: string
  readonly inputs: InputFacts
  /** null: the broker would not say which runners there are. */
  readonly fleet: Fleet | null
  /** A label or runner the user insists on. */
  readonly pin?: string | null
  /** Without it the hours of a route are not kept. */
  readonly now?: Millis
  /** By name, the runners that had better not take this job, and why. */
  readonly avoid?: ReadonlyMap<string, string>
  /**
   * Those of them that lack what the job needs, by name, GitHub-hosted ones by their label: another is waited for rather than
   * one of these taken.
   */
  readonly lacking?: ReadonlySet<string>
  /** By runner name. */
  readonly load?: ReadonlyMap<string, RunnerLoad>
  /** By runner name: seconds of work it took for one second of media of this kind, as measured. */
  readonly speeds?: ReadonlyMap<string, number>
  readonly mediaSeconds?: number | null
  /** Only a machine whose key is among these can read the input; null: it is not encrypted. */
  readonly keys?: MachineKeys | null
  /** Minutes of GitHub-hosted machines this month. */
  readonly hostedMinutesUsed?: number
  /** false: the broker has no GitHub-hosted machines, as the hub has none. */
  readonly offersHosted?: boolean
  /** Steps of the chain this job has waited for as long as their queue_timeout allows. */
  readonly exhausted?: ReadonlySet<number>
  /** Other jobs of this kind that run or were sent, for max_concurrent. */
  readonly running?: number
}
