import type { Clock } from '../base/clock.ts'
import type { LocalScript } from '../config/local-script.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Broker } from '../model/broker.ts'
import type { Policy } from '../policy/policy.ts'
import type { MachineKeys } from '../policy/request.ts'

/** What a queue is handed. It reaches the outside through nothing else. */
export interface QueueContext {
  readonly broker: Broker
  readonly ledger: Ledger
  /** Read only when something is routed. */
  readonly loadPolicy: () => Promise<Policy>
  readonly clock: Clock
  /** Waits `ms`, or less when the signal is aborted; never throws for that. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** Bytes behind a URL, null where the server does not say. */
  readonly sizeOf: (url: string) => Promise<number | null>
  readonly encryption: Encryption
  /** A file that a request names by a relative path is meant from here. */
  readonly cwd: string
  /** A script of the checkout the queue is called in; null: there is none. */
  readonly localScript: (place: string) => Promise<LocalScript | null>
  /** Fetched results lie below it, in `results/<job id>/<run id>/`. */
  readonly dataDir: string
  /** Whether a result that is kept here is removed from the broker, where room is scarce (GitHub: 500 MB). */
  readonly removesArtifacts: boolean
  /** Branch or tag whose workflows run; null: the repository's default branch. */
  readonly ref: string | null
}

/** How files are encrypted that are sent along. */
interface Encryption {
  /** They are, unless a job says otherwise. Throws `invalid_config`. */
  readonly isUsual: () => boolean
  /** Of the owner's machines. Throws `invalid_config`. */
  readonly keys: () => MachineKeys
}

/** The context's time as the ledger writes it: ISO 8601 UTC with milliseconds. */
export function timestamp(context: QueueContext): string {
  return new Date(context.clock()).toISOString()
}
