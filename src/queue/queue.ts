import type { LedgerAttempt, LedgerEvent, LedgerJob } from '../ledger/records.ts'
import { checkInputs, type JobInputs, requireKind } from '../model/inputs.ts'
import type { JobState } from '../model/job.ts'
import type { Run, WorkflowJob } from '../model/run.ts'
import type { Decision } from '../policy/decision.ts'
import { type CancelOutcome, cancel } from './cancel.ts'
import type { QueueContext } from './context.ts'
import { dispatchWorkflow, type WorkflowDispatch, type WorkflowDispatchOutcome } from './dispatch-workflow.ts'
import { reconcile } from './reconcile.ts'
import { type ResultOutcome, readResult } from './results.ts'
import { route } from './route.ts'
import { observe, resolveSubject, type Subject, workflowJobsOf } from './subject.ts'
import { type SubmitOutcome, type SubmitRequest, submit } from './submit.ts'
import { follow, type WaitOptions, type WaitOutcome, type WatchEvent, wait } from './watch.ts'

export interface JobView {
  readonly kind: 'job'
  readonly job: LedgerJob
  /** Oldest first. */
  readonly attempts: readonly LedgerAttempt[]
  readonly events: readonly LedgerEvent[]
  readonly decision: Decision | null
  /** Why it is not running yet and since when (ISO 8601); null when it is, or is over. */
  readonly waiting: { readonly reason: string; readonly since: string } | null
  readonly workflowJobs: readonly WorkflowJob[]
}

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
 */
export class Queue {
  readonly #context: QueueContext

  constructor(context: QueueContext) {
    this.#context = context
  }

  submit(request: SubmitRequest): Promise<SubmitOutcome> {
    return submit(this.#context, request)
  }

  dispatchWorkflow(dispatch: WorkflowDispatch): Promise<WorkflowDispatchOutcome> {
    return dispatchWorkflow(this.#context, dispatch)
  }

  /** The decision as it would be taken now; nothing is submitted. */
  async route(request: {
    readonly kind: string
    readonly inputs: JobInputs
    readonly pin?: string | null
  }): Promise<Decision> {
    const kind = requireKind(request.kind)
    const inputs = checkInputs(kind, request.inputs)
    return (await route(this.#context, { kind: kind.name, inputs, pin: request.pin ?? null })).decision
  }

  /** From the ledger alone, newest first, at most `limit` (50). */
  list(query: { readonly states?: readonly JobState[]; readonly limit?: number } = {}): readonly LedgerJob[] {
    const { broker, ledger } = this.#context
    return ledger.listJobs({ limit: 50, ...query, broker: broker.id })
  }

  /** Brings one job up to date with the broker and returns it. */
  async reconcile(job: LedgerJob): Promise<LedgerJob> {
    return (await reconcile(this.#context, job)).job
  }

  async view(id: string): Promise<JobView | RunView> {
    const seen = await observe(this.#context, await this.#resolve(id), { explain: true })
    const { subject } = seen
    const workflowJobs = await workflowJobsOf(this.#context, seen)
    if (subject.kind === 'run') return { kind: 'run', run: subject.run, workflowJobs }
    const { job } = subject
    const attempts = this.#context.ledger.listAttempts(job.id)
    const since = attempts.at(-1)?.createdAt ?? job.createdAt
    const waitsFor = { pending: 'not yet confirmed by the broker', queued: 'no runner has taken it yet' }
    const isWaiting = job.state === 'pending' || job.state === 'queued'
    return {
      kind: 'job',
      job,
      attempts,
      events: this.#context.ledger.listEvents(job.id),
      decision: job.decision as Decision | null,
      waiting: isWaiting ? { reason: job.reason ?? waitsFor[job.state], since } : null,
      workflowJobs,
    }
  }

  async wait(id: string, options: WaitOptions = {}): Promise<WaitOutcome> {
    return wait(this.#context, await this.#resolve(id), options)
  }

  /** State changes, log lines and progress until the end; ends early when the signal is aborted. */
  async *watch(id: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<WatchEvent> {
    yield* follow(this.#context, await this.#resolve(id), { ...options, logs: true })
  }

  /** The log of every workflow job of the newest attempt (or the run), as far as the broker gives it. */
  async logs(id: string): Promise<readonly JobLog[]> {
    const { broker, ledger } = this.#context
    const { subject } = await observe(this.#context, await this.#resolve(id))
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
    const seen = await observe(this.#context, await this.#resolve(id))
    return readResult(this.#context, seen, options.format ?? null)
  }

  async cancel(id: string): Promise<CancelOutcome> {
    return cancel(this.#context, await this.#resolve(id))
  }

  #resolve(id: string): Promise<Subject> {
    return resolveSubject(this.#context, id)
  }
}
