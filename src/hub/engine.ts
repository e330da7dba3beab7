import type { JsonObject } from '../base/json.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { HubReader, RunnerRecord, RunRecord } from './store/records.ts'

/** What the REST surface asks of the scheduler. Each method is one transaction: after it returns, a kill loses nothing. */
export interface Engine {
  readonly reader: HubReader

  /** Plans and stores the run, and offers its first jobs. Throws RelayError `invalid_workflow` when it cannot be planned. */
  startRun(request: StartRun): RunRecord
  cancelRun(runId: number): 'accepted' | 'already_finished' | 'not_found'

  /** A runner known by name is replaced when it is offline, refused ('name_taken') when it is online. */
  registerRunner(
    request: RegisterRunner,
  ): { readonly runner: RunnerRecord; readonly token: string } | 'name_taken'
  removeRunner(runnerId: number): boolean

  /** A URL that serves one blob to whoever has it, until it expires. */
  signedBlobUrl(blobId: string, options: { readonly contentType: string; readonly fileName: string }): string
}

export interface StartRun {
  readonly workflow: Workflow
  readonly ref: string
  readonly headSha: string
  readonly actor: string
  /** Typed and defaulted by `workflow/triggers`. */
  readonly inputs: JsonObject
}

export interface RegisterRunner {
  readonly name: string
  readonly labels: readonly string[]
  readonly ephemeral: boolean
  readonly workFolder: string
}
