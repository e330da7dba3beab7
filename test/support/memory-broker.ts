import { readFile, writeFile } from 'node:fs/promises'
import { RelayError } from '../../src/base/errors.ts'
import type {
  Broker,
  CancelAnswer,
  DispatchOutcome,
  DispatchRequest,
  FileToPut,
  FolderListing,
  KeptFile,
  RunQuery,
} from '../../src/model/broker.ts'
import { ownInputs } from '../../src/model/kinds.ts'
import type { Annotation, Artifact, Conclusion, Run, WorkflowJob } from '../../src/model/run.ts'
import type { Runner } from '../../src/model/runner.ts'

/** A fault for one dispatch: with or without the run having been started. */
export type DispatchFault =
  | 'lose_answer_after'
  | 'fail_before'
  | 'no_run_id'
  | 'unreachable'
  | 'not_authorized'

interface StoredRun {
  readonly request: DispatchRequest
  run: Run
  job: WorkflowJob
  log: string | null
  annotations: readonly Annotation[]
  artifact: Buffer | null
}

const pooledInputs = [
  ...['url', 'file', 'path'],
  ...['backend', 'model', 'language', 'formats', 'runs_on', 'max_size_mb', 'timeout_minutes', 'relayq_id'],
  ...['verify', 'relayq_group', 'relayq_ignore'],
]
const commandInputs = ['args', 'url', 'file', 'path', ...ownInputs]
const created = '2026-01-01T00:00:00Z'

/** A broker that lives in this process and fails on demand. Runs move only when a test says so. */
export class MemoryBroker implements Broker {
  readonly id = 'http://memory.test#octo/queue'
  readonly description = 'octo/queue in memory'
  readonly offersHosted = false
  readonly dispatches: DispatchRequest[] = []
  readonly runs = new Map<number, StoredRun>()
  readonly branches = new Set(['main'])
  /** Inputs each workflow declares, required ones first by name. */
  readonly workflows = new Map<string, { required: readonly string[]; optional: readonly string[] }>([
    ['transcribe_audio.yml', { required: [], optional: pooledInputs }],
    ['run_command.yml', { required: ['script'], optional: commandInputs }],
    ['plain.yml', { required: [], optional: [] }],
  ])
  /** Folders of the repository that may be seen. */
  readonly folders = new Map<string, readonly string[]>()
  /** git's ids of files, by their paths. */
  readonly blobs = new Map<string, string>()
  runners: Runner[] = []
  /** Taken from the front, one per dispatch. */
  readonly faults: DispatchFault[] = []
  /** So many lookups by name answer from before the run existed. */
  staleLookups = 0
  /** So many dispatches are refused as by a GitHub that has not seen the newest commit. */
  unsettledDispatches = 0
  /** So many of the newest runs are not in the list yet. */
  staleRuns = 0
  /** Runs that end only when they are forced to. */
  readonly stubborn = new Set<number>()
  /** Runs that never end, and whose cancellation is answered with 409. */
  readonly zombies = new Set<number>()
  isDown = false
  /** So many downloads fail for a passing reason. */
  failingDownloads = 0
  /** Every dispatch that takes effect is answered by silence. */
  loseAnswerOfAccepted = false
  mayListRunners = true
  /** Runs when a dispatch has taken effect and is not answered yet. */
  beforeAnswer: () => Promise<unknown> = async () => undefined
  /** What was put and not removed, by id. */
  readonly files = new Map<string, KeptFile & { readonly body: Buffer }>()
  /** An upload breaks off. */
  breaksUploads = false
  uploads = 0
  lookups = 0
  downloads = 0

  async dispatch(request: DispatchRequest): Promise<DispatchOutcome> {
    const fault = this.faults.shift()
    if (fault === 'unreachable' || this.isDown) throw this.#unreachable()
    if (fault === 'not_authorized') throw new RelayError('not_authorized', 'the token may not dispatch')
    if (fault === 'fail_before') return { kind: 'unknown', message: '502 before the effect' }
    if (this.unsettledDispatches > 0) {
      this.unsettledDispatches -= 1
      return rejected("Workflow does not have 'workflow_dispatch' trigger")
    }
    const refusal = this.#refuse(request)
    if (refusal) return refusal
    this.dispatches.push(request)
    const { run } = this.addRun(request)
    await this.beforeAnswer()
    if (fault === 'lose_answer_after' || this.loseAnswerOfAccepted) {
      return { kind: 'unknown', message: 'the connection was reset' }
    }
    if (fault === 'no_run_id') return { kind: 'accepted', runId: null, runUrl: null }
    return { kind: 'accepted', runId: run.id, runUrl: run.url }
  }

  async findRun(query: { workflow: string; nonce: string; since: string }): Promise<Run | null> {
    this.#requireUp()
    this.lookups += 1
    if (this.staleLookups > 0) {
      this.staleLookups -= 1
      return null
    }
    const found = [...this.runs.values()].find(({ run }) => run.title.endsWith(`[${query.nonce}]`))
    return found?.run ?? null
  }

  async getRun(runId: number): Promise<Run | null> {
    this.#requireUp()
    return this.runs.get(runId)?.run ?? null
  }

  async listJobs(runId: number): Promise<readonly WorkflowJob[]> {
    this.#requireUp()
    const stored = this.runs.get(runId)
    return stored ? [stored.job] : []
  }

  async listRuns({ status, most }: RunQuery): Promise<readonly Run[]> {
    this.#requireUp()
    const runs = [...this.runs.values()].map(({ run }) => run).reverse()
    const shown = runs.slice(this.staleRuns).filter(run => status === undefined || run.status === status)
    return shown.slice(0, most)
  }

  async cancelRun(runId: number): Promise<CancelAnswer> {
    this.#requireUp()
    const stored = this.runs.get(runId)
    if (!stored) return 'not_found'
    if (stored.run.status === 'completed' || this.zombies.has(runId)) return 'already_finished'
    if (!this.stubborn.has(runId)) this.finish(runId, 'cancelled')
    return 'accepted'
  }

  async forceCancelRun(runId: number): Promise<CancelAnswer> {
    this.stubborn.delete(runId)
    return await this.cancelRun(runId)
  }

  async readJobLog(jobId: number): Promise<string | null> {
    return this.runs.get(jobId)?.log ?? null
  }

  async listAnnotations(jobId: number): Promise<readonly Annotation[]> {
    return this.runs.get(jobId)?.annotations ?? []
  }

  async listArtifacts(runId: number): Promise<readonly Artifact[]> {
    this.#requireUp()
    const artifact = this.runs.get(runId)?.artifact
    return artifact ? [{ id: runId, name: 'result', sizeBytes: artifact.length, expired: false }] : []
  }

  async downloadArtifact(artifactId: number, path: string): Promise<void> {
    this.#requireUp()
    if (this.failingDownloads > 0) {
      this.failingDownloads -= 1
      throw new RelayError('broker_unavailable', 'http://memory.test answered 503: busy.')
    }
    this.downloads += 1
    await writeFile(path, this.runs.get(artifactId)?.artifact ?? Buffer.alloc(0))
  }

  async putFile({ path, label }: FileToPut): Promise<string> {
    this.#requireUp()
    if (this.breaksUploads) throw this.#unreachable()
    this.uploads += 1
    const id = `${this.uploads}`
    this.files.set(id, { id, label, createdAt: created, body: await readFile(path) })
    return id
  }

  async removeFile(id: string): Promise<void> {
    this.#requireUp()
    this.files.delete(id)
  }

  async listFiles(): Promise<readonly KeptFile[]> {
    this.#requireUp()
    return [...this.files.values()].map(({ id, label, createdAt }) => ({ id, label, createdAt }))
  }

  async removeArtifact(artifactId: number): Promise<void> {
    this.#requireUp()
    const stored = this.runs.get(artifactId)
    if (stored) stored.artifact = null
  }

  async listRunners(): Promise<readonly Runner[]> {
    this.#requireUp()
    if (!this.mayListRunners) throw new RelayError('not_authorized', 'the token may not list runners')
    return this.runners
  }

  async defaultBranch(): Promise<string> {
    this.#requireUp()
    return 'main'
  }

  async listFolder(path: string): Promise<FolderListing> {
    this.#requireUp()
    const names = this.folders.get(path)
    if (!names) return { kind: 'unknown' }
    const blobs = names.flatMap(name => {
      const blob = this.blobs.get(`${path}/${name}`)
      return blob === undefined ? [] : [[name, blob] as const]
    })
    return { kind: 'entries', names, blobs: new Map(blobs) }
  }

  addRunner(
    name: string,
    labels: readonly string[],
    state: Partial<Pick<Runner, 'status' | 'busy'>> = {},
  ): void {
    const id = this.runners.length + 1
    const runner = { id, name, os: 'linux', status: 'online' as const, busy: false, ...state }
    this.runners.push({ ...runner, labels: ['self-hosted', ...labels] })
  }

  /** A run and its one job share their number. */
  addRun(request: DispatchRequest): StoredRun {
    const id = this.runs.size + 1
    const title = `Run [${request.inputs['relayq_id'] ?? ''}]`
    const url = `http://memory.test/octo/queue/actions/runs/${id}`
    const run: Run = {
      ...{ id, title, url, status: 'queued', conclusion: null, workflowPath: request.workflow },
      ...{ createdAt: created, updatedAt: created },
    }
    const job: WorkflowJob = {
      ...{ id, runId: id, name: 'transcribe', status: 'queued', conclusion: null, runnerName: null },
      ...{ labels: [], createdAt: created, startedAt: created, completedAt: null, steps: [] },
    }
    const stored = { request, run, job, log: null, annotations: [], artifact: null }
    this.runs.set(id, stored)
    return stored
  }

  start(runId: number, runnerName: string): void {
    const stored = this.#require(runId)
    stored.run = { ...stored.run, status: 'in_progress' }
    stored.job = { ...stored.job, status: 'in_progress', runnerName, startedAt: created }
  }

  setLog(runId: number, log: string): void {
    this.#require(runId).log = log
  }

  setArtifact(runId: number, archive: Buffer): void {
    this.#require(runId).artifact = archive
  }

  finish(runId: number, conclusion: Conclusion, annotations: readonly Annotation[] = []): void {
    const stored = this.#require(runId)
    stored.run = { ...stored.run, status: 'completed', conclusion }
    stored.job = { ...stored.job, status: 'completed', conclusion, completedAt: created }
    stored.annotations = annotations
  }

  #refuse(request: DispatchRequest): DispatchOutcome | null {
    const workflow = this.workflows.get(request.workflow.split('/').at(-1) ?? '')
    if (!workflow) return { kind: 'rejected', status: 404, message: 'Not Found' }
    if (!this.branches.has(request.ref)) return rejected(`No ref found for: ${request.ref}`)
    const known = [...workflow.required, ...workflow.optional]
    const unknown = Object.keys(request.inputs).filter(name => !known.includes(name))
    if (unknown.length > 0) return rejected(`Unexpected inputs provided: ${JSON.stringify(unknown)}`)
    const missing = workflow.required.find(name => !request.inputs[name])
    return missing === undefined ? null : rejected(`Required input '${missing}' not provided`)
  }

  #require(runId: number): StoredRun {
    const stored = this.runs.get(runId)
    if (!stored) throw new Error(`no run ${runId}`)
    return stored
  }

  #requireUp(): void {
    if (this.isDown) throw this.#unreachable()
  }

  #unreachable(): RelayError {
    return new RelayError('broker_unreachable', 'http://memory.test cannot be reached', { hint: 'start it' })
  }
}

function rejected(message: string): DispatchOutcome {
  return { kind: 'rejected', status: 422, message }
}
