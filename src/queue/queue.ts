import type { JobQuery, LedgerJob } from '../ledger/records.ts'
import { type JobInputs, requireKind } from '../model/inputs.ts'
import type { Run, WorkflowJob } from '../model/run.ts'
import type { Decision } from '../policy/decision.ts'
import type { CancelOutcome } from './cancel.ts'
import type { QueueContext } from './context.ts'
import type { WorkflowDispatch, WorkflowDispatchOutcome } from './dispatch-workflow.ts'
import type { JobView } from './job-view.ts'
import type { ResultOutcome } from './results.ts'
import type { RetryOutcome } from './retry-job.ts'
import type { Observation, Subject } from './subject.ts'
import type { SubmitOutcome, SubmitRequest } from './submit.ts'
import type { WaitOptions, WaitOutcome, WatchEvent } from './watch.ts'

export interface RunView {
  readonly kind: 'run'
  readonly run: Run
  readonly workflowJobs: readonly WorkflowJob[]
}

export interface JobLog {
  readonly workflowJob: string
  /** null: the broker has none to give yet. */
  readonly text: string | null
}

/**
 * The verbs of the queue, over one broker and one ledger. Ids may be job ids, run ids and run URLs; a run that was not
 * submitted here works wherever no job is needed. Throws `job_not_found` for an unknown id, and what the broker throws.
 * Each verb's file is loaded when it is first used: a command pays for its own alone.
 */
export class Queue {
  readonly #context: QueueContext

  constructor(context: QueueContext) {
    this.#context = context
  }

  async submit(request: SubmitRequest): Promise<SubmitOutcome> {
    const { submit } = await import('./submit.ts')
    return submit(this.#context, request)
  }

  async dispatchWorkflow(dispatch: WorkflowDispatch): Promise<WorkflowDispatchOutcome> {
    const { dispatchWorkflow } = await import('./dispatch-workflow.ts')
    return dispatchWorkflow(this.#context, dispatch)
  }

  /** The decision as it would be taken now; nothing is submitted. */
  async route(request: {
    readonly kind: string
    readonly inputs: JobInputs
    readonly pin?: string | null
    readonly encrypt?: boolean | null
  }): Promise<Decision> {
    const [{ route }, { describeInputs }, { willEncrypt }] = await Promise.all([
      import('./route.ts'),
      import('./local-file.ts'),
      import('./encrypted-file.ts'),
    ])
    const kind = requireKind(request.kind)
    const { inputs, file } = await describeInputs(this.#context, kind, request.inputs)
    const encrypts = willEncrypt(this.#context, request.encrypt ?? null, file)
    const asked = { kind: kind.name, inputs, pin: request.pin ?? null, encrypts }
    return (await route(this.#context, asked)).decision
  }

  /** From the ledger alone, newest first, at most `limit` (50). */
  list(query: Partial<Omit<JobQuery, 'broker'>> = {}): readonly LedgerJob[] {
    const { broker, ledger } = this.#context
    return ledger.listJobs({ limit: 50, ...query, broker: broker.id })
  }

  /** Makes jobs of the runs that were started elsewhere: from GitHub's page, by gh, from another machine. */
  async adopt(): Promise<readonly LedgerJob[]> {
    const { adoptRuns } = await import('./adopt.ts')
    return adoptRuns(this.#context)
  }

  /** Brings one job up to date with the broker and returns it. */
  async reconcile(job: LedgerJob): Promise<LedgerJob> {
    const { reconcile } = await import('./reconcile.ts')
    return (await reconcile(this.#context, job)).job
  }

  async view(id: string): Promise<JobView | RunView> {
    const [{ workflowJobsOf }, { viewJob }] = await Promise.all([
      import('./subject.ts'),
      import('./job-view.ts'),
    ])
    const seen = await this.#observe(id, { explain: true })
    const { subject } = seen
    const workflowJobs = await workflowJobsOf(this.#context, seen)
    if (subject.kind === 'run') return { kind: 'run', run: subject.run, workflowJobs }
    return viewJob(this.#context.ledger, subject.job, workflowJobs)
  }

  async wait(id: string, options: WaitOptions = {}): Promise<WaitOutcome> {
    const { wait } = await import('./watch.ts')
    return wait(this.#context, await this.#resolve(id), options)
  }

  /** State changes, log lines and progress until the end; ends early when the signal is aborted. */
  async *watch(id: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<WatchEvent> {
    const { follow } = await import('./watch.ts')
    yield* follow(this.#context, await this.#resolve(id), { ...options, logs: true })
  }

  /** The log of every workflow job of the newest attempt (or the run), as far as the broker gives it. */
  async logs(id: string): Promise<readonly JobLog[]> {
    const { broker, ledger } = this.#context
    const { subject } = await this.#observe(id)
    const runId =
      subject.kind === 'run' ? subject.run.id : (ledger.newestAttempt(subject.job.id)?.runId ?? null)
    if (runId === null) return []
    const workflowJobs = await broker.listJobs(runId)
    return Promise.all(
      workflowJobs.map(async ({ id, name }) => ({ workflowJob: name, text: await broker.readJobLog(id) })),
    )
  }

  /** The result of a job or run; `format` also gives the path of that file. */
  async result(id: string, options: { readonly format?: string } = {}): Promise<ResultOutcome> {
    const seen = await this.#observe(id)
    const { readResult } = await import('./results.ts')
    return readResult(this.#context, seen, options.format ?? null)
  }

  async cancel(id: string): Promise<CancelOutcome> {
    const { cancel } = await import('./cancel.ts')
    return cancel(this.#context, await this.#resolve(id))
  }

  /** Puts a job that failed, expired or was cancelled back into the queue. */
  async retry(id: string): Promise<RetryOutcome> {
    const { retryJob } = await import('./retry-job.ts')
    return retryJob(this.#context, await this.#resolve(id))
  }

  async #resolve(id: string): Promise<Subject> {
    const { resolveSubject } = await import('./subject.ts')
    return resolveSubject(this.#context, id)
  }

  async #observe(id: string, options: { readonly explain?: boolean } = {}): Promise<Observation> {
    const { observe } = await import('./subject.ts')
    return observe(this.#context, await this.#resolve(id), options)
  }
}
