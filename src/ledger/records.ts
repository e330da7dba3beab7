import type { JsonObject } from '../base/json.ts'
import type { FailureClass } from '../model/failure.ts'
import type { Attempt, AttemptState, Job, JobState } from '../model/job.ts'
import type { JobResult } from '../model/result.ts'
import type { KeptLocalFile } from './local-files.ts'

/** A job with what only the queue needs: the machine the user insists on, and where its newest attempt is. */
export interface LedgerJob extends Job {
  readonly pin: string | null
  readonly runUrl: string | null
  readonly runnerName: string | null
  /** adopted: a run that nobody submitted here; its inputs are not known. */
  readonly source: 'submitted' | 'adopted'
  /** Jobs of one batch take turns with others; null: it is of none. */
  readonly batch: string | null
  /** ISO 8601: its next attempt is not begun earlier; null: at once. */
  readonly notBefore: string | null
  /** Why it failed; null while it has not. */
  readonly failure: FailureClass | null
  /** Counts the runs that would not end: each new attempt after one has a concurrency group of its own. */
  readonly generation: number
  /** Attempts up to this number were made before the job was retried by a person, and use up none of its tries. */
  readonly budgetFrom: number
  /** Ids of jobs that must have succeeded before it goes out. */
  readonly after: readonly string[]
}

export interface LedgerAttempt extends Attempt {
  /** When its dispatch was last begun: written before anything leaves. null: certainly nothing was started. */
  readonly sentAt: string | null
  /** False when the workflow takes no `relayq_id`: then a run of it cannot be found by name. */
  readonly isTraceable: boolean
  /** Of the policy's chain, from 0; null: no step was decided on. */
  readonly step: number | null
  readonly failure: FailureClass | null
  /** Why its run was told to end so that the job can go elsewhere, and since when; null: it was not. */
  readonly givenUp: (GivingUp & { readonly at: string }) | null
  /** Its run would not even end when it was forced to: later attempts do not wait for it. */
  readonly isLeftBehind: boolean
}

/** Why the run of an attempt is told to end: in one word, and in many. */
export interface GivingUp {
  readonly because: string
  readonly reason: string
}

/** One thing that happened to a job. Never changed once written. */
export interface LedgerEvent {
  readonly id: number
  readonly jobId: string
  readonly attemptId: string | null
  readonly at: string
  /** `job.<state>`, `attempt.<state>`, or a word such as `decision`, `reason`, `resent`, `cancel_requested`. */
  readonly type: string
  readonly detail: JsonObject
}

export interface NewJob {
  readonly id: string
  readonly broker: string
  readonly kind: string
  readonly inputs: JsonObject
  readonly pin: string | null
  readonly idempotencyKey: string
  readonly priority: number
  readonly now: string
  /** Take the key over from an active or succeeded job instead of yielding to it (`--new`), or from a succeeded one alone. */
  readonly replace: boolean | 'succeeded'
  /** Yield to the job that bears the key whatever became of it. */
  readonly once?: boolean
  readonly source?: LedgerJob['source']
  readonly batch?: string | null
  readonly notBefore?: string | null
  /** Ids of jobs that must have succeeded before. */
  readonly after?: readonly string[]
  /** What its input `file` is made of; null: nothing of this machine. */
  readonly localFile?: KeptLocalFile | null
}

export type InsertOutcome =
  | { readonly kind: 'created'; readonly job: LedgerJob }
  | { readonly kind: 'duplicate'; readonly job: LedgerJob }

/** A run of a job kind's workflow, as the broker shows it. */
export interface AdoptedRun {
  readonly jobId: string
  readonly broker: string
  readonly kind: string
  readonly workflow: string
  readonly runId: number
  readonly runUrl: string
  /** ISO 8601, by the broker's clock. */
  readonly createdAt: string
  readonly now: string
}

export type ReopenOutcome =
  | { readonly kind: 'reopened'; readonly job: LedgerJob }
  /** It is active, or has succeeded. */
  | { readonly kind: 'not_dead'; readonly job: LedgerJob }
  /** The same work was submitted anew in the meantime. */
  | { readonly kind: 'replaced'; readonly by: LedgerJob }

export interface NewAttempt {
  readonly jobId: string
  readonly number: number
  readonly workflow: string
  readonly ref: string
  readonly runsOn: readonly string[]
  /** null: none was made, since the run was there before. */
  readonly decision: JsonObject | null
  readonly step?: number | null
  readonly now: string
}

/** A change of an attempt's state, with what was learned by it; absent members stay as they are, except the reason. */
export interface AttemptMove {
  readonly attemptId: string
  readonly to: AttemptState
  readonly now: string
  readonly reason?: string | null
  readonly runId?: number | null
  readonly runUrl?: string | null
  readonly runnerName?: string | null
  /** When it happened by the broker's clock; kept between the job's last event and `now`, since clocks differ. */
  readonly at?: string | null
  readonly failure?: FailureClass | null
  /** ISO 8601: the job is not over by this end, and may be attempted again from then on. */
  readonly retryAt?: string | null
}

export interface JobQuery {
  /** null: of all of them. */
  readonly broker: string | null
  readonly states?: readonly JobState[]
  readonly batch?: string
  readonly kind?: string
  readonly failure?: FailureClass
  /** At most so many, newest first. */
  readonly limit: number
}

export interface FetchedResult {
  readonly jobId: string
  readonly attemptId: string
  readonly runId: number | null
  readonly directory: string
  readonly result: JobResult
  readonly now: string
}
