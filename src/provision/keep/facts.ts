import type { InstalledRunner } from '../runner/inventory.ts'
import type { ServiceState } from '../runner/service-manager.ts'

/** One runner of this machine as it is now. */
export interface RunnerFacts {
  readonly runner: InstalledRunner
  readonly service: ServiceState
  /** With which code its program ended last; null: it has not ended, or nobody knows. */
  readonly lastExit: number | null
  /** Who let it stop taking jobs; null: nobody. */
  readonly drainedBy: 'person' | 'keep' | null
  /** Whether a job runs: a worker process of this runner is there. */
  readonly isWorking: boolean
  readonly broker: BrokerFacts
}

/** What the broker says. `unknown`: it could not be asked, and why. */
export type BrokerFacts =
  | { readonly kind: 'unknown'; readonly because: string }
  | {
      readonly kind: 'known'
      /** null: the broker does not know this runner. */
      readonly registration: { readonly status: 'online' | 'offline' } | null
      /** The version of actions/runner that it offers to this repository and machine; null: none. */
      readonly offered: string | null
      /** ISO 8601: from when on this version gets no jobs; null: that is not decided. */
      readonly jobsEndAt: string | null
    }

export interface DiskFacts {
  readonly freeBytes: number
  readonly totalBytes: number
  /** Whether everything that may be wiped has been, just now. */
  readonly isWiped: boolean
}

/** Everything that one round of keeping looks at. */
export interface KeepFacts {
  readonly runners: readonly RunnerFacts[]
  readonly disk: DiskFacts
}
