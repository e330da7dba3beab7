import type { JsonObject } from '../base/json.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { HubReader, RepositoryDispatch, RunnerRecord, RunRecord } from './store/records.ts'

/** What the REST surface asks of the scheduler. Each method is one transaction: after it returns, a kill loses nothing. */
export interface Engine {
  readonly reader: HubReader

  /** Plans and stores the run, and offers its first jobs. Throws RelayError `invalid_workflow` when it cannot be planned. */
  startRun(request: StartRun): RunRecord
  cancelRun(runId: number): CancelOutcome
  /** Ends every job of the run at once, also those whose `if` would let them go on. */
  forceCancelRun(runId: number): CancelOutcome
  /** Makes the run's next attempt. */
  rerun(runId: number, what: RerunScope, options: { readonly debugLogging: boolean }): RerunOutcome
  /** With everything it has made, but for its caches. */
  deleteRun(runId: number): DeleteOutcome
  /** Of all its attempts. */
  deleteLogs(runId: number): DeleteOutcome
  /** Of a run as a whole and of its jobs, as its workflow declares them, sorted: also those it has left. */
  concurrencyGroupsOfRun(runId: number): readonly string[]
  /** A disabled workflow starts no runs; those it has started go on. */
  setWorkflowDisabled(path: string, disabled: boolean): void

  /** A runner known by name is replaced when it is offline, refused ('name_taken') when it is online. */
  registerRunner(
    request: RegisterRunner,
  ): { readonly runner: RunnerRecord; readonly token: string } | 'name_taken'
  removeRunner(runnerId: number): boolean
  setRunnerLabels(runnerId: number, labels: readonly string[]): void
  removeArtifact(artifactId: number): boolean

  /** A URL that serves one blob to whoever has it, until it expires. */
  signedBlobUrl(blobId: string, options: { readonly contentType: string; readonly fileName: string }): string
}

export type CancelOutcome = 'accepted' | 'already_finished' | 'not_found'
export type DeleteOutcome = 'deleted' | 'not_finished' | 'not_found'

/** What is run again; with `failed` and `job`, whatever needs one of them is too. */
export type RerunScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'job'; readonly jobId: number }

export type RerunOutcome =
  | 'accepted'
  | 'not_found'
  | 'still_running'
  | 'nothing_failed'
  /** The job belongs to an attempt that is over. */
  | 'earlier_attempt'
  | 'too_old'
  | 'too_often'

export interface StartRun {
  readonly workflow: Workflow
  readonly ref: string
  readonly headSha: string
  readonly actor: string
  /** Typed and defaulted by `workflow/triggers`. */
  readonly inputs: JsonObject
  /** Left out: the run is started by `workflow_dispatch`. */
  readonly repositoryDispatch?: RepositoryDispatch
}

export interface RegisterRunner {
  readonly name: string
  readonly labels: readonly string[]
  readonly ephemeral: boolean
  readonly workFolder: string
}
