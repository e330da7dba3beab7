import type { Annotation, Artifact, Run, WorkflowJob } from './run.ts'
import type { Runner } from './runner.ts'

/** Where attempts are queued and executed. One port for github.com, GHES and the embedded hub; only the base URL differs. */
export interface Broker {
  /** `<api url>#<owner>/<repo>`: the ledger keys its rows by it. */
  readonly id: string
  /** For people: "octo/queue at github.com". */
  readonly description: string
  /** Whether it lends machines of its own, which cost minutes: github.com does. */
  readonly offersHosted: boolean

  /**
   * Sends one dispatch, exactly once: it never repeats the request by itself. `unknown` means a run may or may not
   * exist (timeout, reset connection, 5xx): look for it with findRun before sending again.
   */
  dispatch(request: DispatchRequest): Promise<DispatchOutcome>

  /** The run whose title ends in `[nonce]`, created at or after `since` (ISO); null when there is none. */
  findRun(query: {
    readonly workflow: string
    readonly nonce: string
    readonly since: string
  }): Promise<Run | null>

  /**
   * Dispatched runs of every workflow, newest first, at most `most`: those of a status, or those that began at or after
   * `since` (ISO). Cheap to ask again and again: what has not changed is not sent again.
   */
  listRuns(query: RunQuery): Promise<readonly Run[]>

  /** null when the run does not exist (any more). */
  getRun(runId: number): Promise<Run | null>
  listJobs(runId: number): Promise<readonly WorkflowJob[]>
  cancelRun(runId: number): Promise<CancelAnswer>
  /** Ends a run that did not end when it was cancelled, without asking its runner. */
  forceCancelRun(runId: number): Promise<CancelAnswer>

  /** The log of a job so far; null when the broker has none to give yet (GitHub: until the job has ended). */
  readJobLog(jobId: number): Promise<string | null>
  listAnnotations(jobId: number): Promise<readonly Annotation[]>
  listArtifacts(runId: number): Promise<readonly Artifact[]>
  /** Writes the artifact's zip to `path`, whole or not at all. */
  downloadArtifact(artifactId: number, path: string): Promise<void>

  /**
   * Keeps a file of this machine for jobs to fetch, whole or not at all, and returns its id. Only jobs, and who may write
   * to the repository, see it.
   */
  putFile(file: FileToPut): Promise<string>
  /** Fine also when it is gone already. */
  removeFile(id: string): Promise<void>
  /** Those that `putFile` has put and nobody has removed. */
  listFiles(): Promise<readonly KeptFile[]>

  /** Also of one that is not there (any more). */
  removeArtifact(artifactId: number): Promise<void>
  listRunners(): Promise<readonly Runner[]>
  defaultBranch(): Promise<string>
  /** What lies in a folder of the repository at a ref; `entries` without names also where there is no such folder. */
  listFolder(path: string, ref: string): Promise<FolderListing>
}

export type FolderListing =
  | {
      readonly kind: 'entries'
      /** Folders end in `/`. */
      readonly names: readonly string[]
      /** The ids git has for the contents of its files, by name, as far as the broker tells. */
      readonly blobs: ReadonlyMap<string, string>
    }
  /** The token may not see it. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'no_repository' }

export interface FileToPut {
  readonly path: string
  readonly bytes: number
  /** Of its bytes, in hex: what arrives must have it too. */
  readonly sha256: string
  /** Told again by `listFiles`: letters and digits. */
  readonly label: string
}

export interface KeptFile {
  readonly id: string
  readonly label: string
  /** ISO 8601, by the broker's clock. */
  readonly createdAt: string
}

export interface RunQuery {
  readonly status?: 'queued' | 'in_progress'
  readonly since?: string
  readonly most: number
}

/** GitHub also answers `already_finished` (409) of a run that is stuck: see what the run itself says. */
export type CancelAnswer = 'accepted' | 'already_finished' | 'not_found'

export interface DispatchRequest {
  /** File name or path: `transcribe_audio.yml`, `.github/workflows/transcribe_audio.yml`. */
  readonly workflow: string
  readonly ref: string
  readonly inputs: Readonly<Record<string, string>>
}

export type DispatchOutcome =
  /** runId null: accepted by a server that does not say which run (204); look it up by name. */
  | { readonly kind: 'accepted'; readonly runId: number | null; readonly runUrl: string | null }
  /** Nothing was started. `status` is HTTP's. */
  | { readonly kind: 'rejected'; readonly status: number; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }
