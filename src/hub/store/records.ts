import type { JsonObject } from '../../base/json.ts'
import type { Annotation, Conclusion, RunStatus } from '../../model/run.ts'

/** Rows of the hub's store. Times are ISO 8601 UTC with whole seconds, as GitHub's REST API shows them. */

export interface RunRecord {
  readonly id: number
  /** GUID: the plan id of the runner protocol, and the "workflow run backend id" of the results service. */
  readonly planId: string
  readonly workflowPath: string
  readonly workflowName: string
  readonly title: string
  /** Counts per workflow, from 1. */
  readonly runNumber: number
  readonly runAttempt: number
  readonly event: 'workflow_dispatch' | 'repository_dispatch'
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  readonly ref: string
  readonly headBranch: string
  readonly headSha: string
  readonly actor: string
  readonly inputs: JsonObject
  readonly createdAt: string
  readonly startedAt: string
  readonly updatedAt: string
}

/** What a `repository_dispatch` event says. */
export interface RepositoryDispatch {
  readonly eventType: string
  readonly clientPayload: JsonObject
}

export interface JobRecord {
  readonly id: number
  readonly runId: number
  /** The attempt it ran in; later attempts that did not run it again show it as it is. */
  readonly runAttempt: number
  /** GUID: the job id of the runner protocol, and the "workflow job run backend id" of the results service. */
  readonly backendId: string
  /** The key in the workflow file; several instances of a matrix share it. */
  readonly key: string
  readonly name: string
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  readonly labels: readonly string[]
  readonly runnerId: number | null
  readonly runnerName: string | null
  readonly outputs: Readonly<Record<string, string>>
  readonly createdAt: string
  readonly startedAt: string | null
  readonly completedAt: string | null
}

export interface StepRecord {
  readonly jobId: number
  /** GUID: the step's external id. */
  readonly externalId: string
  readonly number: number
  readonly name: string
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  readonly startedAt: string | null
  readonly completedAt: string | null
}

export interface CheckOutput {
  readonly title: string | null
  readonly summary: string | null
  readonly text: string | null
}

/** A job, or what a client made beside the jobs. */
export interface CheckRunRecord {
  readonly id: number
  readonly isJob: boolean
  /** Its check suite, which is a run's; null: the owner made it. */
  readonly runId: number | null
  readonly headSha: string
  readonly name: string
  readonly externalId: string
  readonly detailsUrl: string | null
  readonly status: RunStatus
  readonly conclusion: Conclusion | null
  readonly startedAt: string | null
  readonly completedAt: string | null
  readonly output: CheckOutput
  readonly annotationsCount: number
}

export interface AnnotationRecord extends Annotation {
  readonly path: string
  readonly startLine: number
  readonly endLine: number
  readonly startColumn: number | null
  readonly endColumn: number | null
  readonly rawDetails: string
}

export interface CheckRunFilter {
  /** A commit, or a run: its check suite. */
  readonly of: { readonly headSha: string } | { readonly runId: number }
  readonly name?: string
  readonly status?: string
  /** Of jobs only those of their run's present attempt, of others only the newest of a name. */
  readonly latest: boolean
}

export interface ArtifactRecord {
  readonly id: number
  readonly runId: number
  readonly name: string
  readonly sizeBytes: number
  /** `sha256:<hex>`, or null where the uploader gave none. */
  readonly digest: string | null
  readonly blobId: string
  readonly contentType: string
  readonly createdAt: string
  readonly expiresAt: string
}

export interface RunnerRecord {
  readonly id: number
  readonly name: string
  readonly os: string
  readonly labels: readonly string[]
  readonly ephemeral: boolean
  readonly version: string
  /** Derived when read: a message poll is open, or was within the lease. */
  readonly online: boolean
  readonly busy: boolean
}

/** A workflow as its newest run knew it. */
export interface WorkflowOfRuns {
  readonly path: string
  readonly name: string
  readonly startedAt: string
}

/** A concurrency group that has members now. */
export interface ConcurrencyGroup {
  readonly name: string
  /** When its present holder got it; null where nobody holds it. */
  readonly acquiredAt: string | null
}

/** A run, or one job of it, that holds a concurrency group or waits for it. */
export interface ConcurrencyMember {
  readonly group: string
  readonly run: RunRecord
  /** null: the run as a whole. */
  readonly job: JobRecord | null
  readonly active: boolean
}

export interface Page<T> {
  readonly totalCount: number
  readonly items: readonly T[]
}

export interface PageQuery {
  /** From 1. */
  readonly page: number
  /** 1 to 100. */
  readonly perPage: number
}

export interface RunFilter {
  readonly workflowPath?: string
  /** A status or a conclusion, as GitHub's `status` filter takes either. */
  readonly status?: string
  readonly branch?: string
  readonly actor?: string
  readonly event?: string
  readonly headSha?: string
  /** Every run is its own check suite here. */
  readonly checkSuiteId?: string
  /** GitHub's date search: `>=2026-01-01T00:00:00Z`, `a..b`, a day. */
  readonly created?: string
}

/** What the REST routes and pages read. */
export interface HubReader {
  getRun(id: number): RunRecord | null
  /** The run as it was in one of its attempts; null when it has had no such attempt. */
  getRunAttempt(runId: number, attempt: number): RunRecord | null
  /** Newest first. */
  listRuns(filter: RunFilter, page: PageQuery): Page<RunRecord>
  getJob(id: number): JobRecord | null
  /** Of the run's present attempt unless another is named: those it made, and those it kept from earlier ones. */
  listJobs(runId: number, page: PageQuery, attempt?: number | 'all'): Page<JobRecord>
  /** In step order. */
  listSteps(jobId: number): readonly StepRecord[]
  /** True when any attempt of the run has a log. */
  hasLogs(runId: number): boolean
  getCheckRun(id: number): CheckRunRecord | null
  /** Newest first: those that were made, then the jobs. */
  listCheckRuns(filter: CheckRunFilter, page: PageQuery): Page<CheckRunRecord>
  /** The first hundred unless others are asked for. */
  listAnnotations(checkRunId: number, page?: PageQuery): readonly AnnotationRecord[]
  /** Masked text of all steps so far, oldest step first; null while no line has arrived. */
  openJobLog(jobId: number): Promise<ReadableStream<Uint8Array> | null>
  openStepLog(jobId: number, stepExternalId: string): Promise<ReadableStream<Uint8Array> | null>
  /** Markdown of the job's step summaries, in step order; '' when there is none. */
  readSummary(jobId: number): Promise<string>
  listArtifacts(
    filter: { readonly runId?: number; readonly name?: string },
    page: PageQuery,
  ): Page<ArtifactRecord>
  getArtifact(id: number): ArtifactRecord | null
  listRunners(page: PageQuery): Page<RunnerRecord>
  getRunner(id: number): RunnerRecord | null
  isWorkflowDisabled(path: string): boolean
  /** Also those whose file is gone. */
  listWorkflowsOfRuns(): readonly WorkflowOfRuns[]
  /** Those that have members, in order of name. `after`: the last name of the page before, or ''. */
  listConcurrencyGroups(query: { readonly after: string; readonly limit: number }): Page<ConcurrencyGroup>
  /** The holder first, the others in the order they wait in. */
  listConcurrencyMembers(group: string): readonly ConcurrencyMember[]
}
