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
import type { SubmitOutcome, SubmitRequest, Submitted } from './submit.ts'
import type { EachOutcome, WaitEachOptions } from './wait-each.ts'
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

  /**
   * Makes a job of a request, and sends it once it may go out; the same request is the same job, unless `isNew`.
   *
   *     const { kind, job } = await queue.submit({ kind: 'transcribe', inputs: { url } })
   *     console.log(kind === 'duplicate' ? 'known as' : 'submitted as', job.id)
   *
   * Throws `unknown_kind`, `invalid_input`, `invalid_policy`, `job_not_found`, or why the job is refused. A broker that is away is
   * no error: the job is kept. The input `file` is a path of this machine, from
   * the `cwd` of RelayQ.open: that file is sent along.
   */
  submit(request: SubmitRequest & { readonly dryRun?: false }): Promise<Submitted>
  submit(request: SubmitRequest): Promise<SubmitOutcome>
  async submit(request: SubmitRequest): Promise<SubmitOutcome> {
    const { submit } = await import('./submit.ts')
    return submit(this.#context, request)
  }

  /**
   * Starts any workflow and keeps no job of it: as bin/dispatch.sh does.
   *
   *     const sent = await queue.dispatchWorkflow({ workflow: 'transcribe_mac.yml', inputs: { url }, route: false })
   *     if (sent.kind === 'dispatched') console.log(sent.runUrl)
   */
  async dispatchWorkflow(dispatch: WorkflowDispatch): Promise<WorkflowDispatchOutcome> {
    const { dispatchWorkflow } = await import('./dispatch-workflow.ts')
    return dispatchWorkflow(this.#context, dispatch)
  }

  /**
   * The decision as it would be taken now; nothing is submitted.
   *
   *     const { outcome, label, summary } = await queue.route({ kind: 'transcribe', inputs: { url } })
   *     console.log(outcome, label, summary)
   */
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

  /**
   * From the ledger alone, newest first, at most `limit` (50).
   *
   *     for (const { id, state, reason } of queue.list({ states: ['failed', 'expired'] })) console.log(id, state, reason)
   */
  list(query: Partial<Omit<JobQuery, 'broker'>> = {}): readonly LedgerJob[] {
    const { broker, ledger } = this.#context
    return ledger.listJobs({ limit: 50, ...query, broker: broker.id })
  }

  /**
   * Makes jobs of the runs that were started elsewhere: from GitHub's page, by gh, from another machine.
   *
   *     const found = await queue.adopt()
   *     console.log(found.length, 'jobs more in queue.list()')
   */
  async adopt(): Promise<readonly LedgerJob[]> {
    const { adoptRuns } = await import('./adopt.ts')
    return adoptRuns(this.#context)
  }

  /**
   * Brings one job up to date with the broker and returns it.
   *
   *     const jobs = await Promise.all(queue.list().map(job => queue.reconcile(job)))
   *     console.log(jobs.filter(({ state }) => state === 'running').length, 'run')
   */
  async reconcile(job: LedgerJob): Promise<LedgerJob> {
    const { reconcile } = await import('./reconcile.ts')
    return (await reconcile(this.#context, job)).job
  }

  /**
   * A job with its attempts, its events, and why it waits; or a run that was not submitted here.
   *
   *     const view = await queue.view(id)
   *     if (view.kind === 'job') console.log(view.job.state, view.waiting?.reason, view.attempts.length)
   */
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

  /**
   * Waits for the end of a job or run, or for `timeoutMs`.
   *
   *     const { kind, subject } = await queue.wait(id, { timeoutMs: 600_000 })
   *     if (kind === 'finished' && subject.kind === 'job') console.log(subject.job.state, subject.job.reason)
   */
  async wait(id: string, options: WaitOptions = {}): Promise<WaitOutcome> {
    const { wait } = await import('./watch.ts')
    return wait(this.#context, await this.#resolve(id), options)
  }

  /**
   * Waits for several jobs or runs, and gives each as it ends; those that are not over after `timeoutMs` come last. One that
   * cannot be looked at is `out_of_sight`, with the `error`, and the others are waited for all the same.
   *
   *     const ids = queue.list({ batch: 'shows' }).map(({ id }) => id)
   *     for await (const { subject } of queue.waitEach(ids)) if (subject.kind === 'job') console.log(subject.job.state)
   */
  async *waitEach(ids: readonly string[], options: WaitEachOptions = {}): AsyncGenerator<EachOutcome> {
    const { waitEach } = await import('./wait-each.ts')
    yield* waitEach(this.#context, ids, options)
  }

  /**
   * State changes, log lines and progress until the end; ends early when the signal is aborted.
   *
   *     for await (const event of queue.watch(id, { signal: AbortSignal.timeout(600_000) })) {
   *       if (event.kind === 'state') console.log(event.state, event.runner)
   *       if (event.kind === 'log') console.log(event.text)
   *     }
   */
  async *watch(id: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<WatchEvent> {
    const { follow } = await import('./watch.ts')
    yield* follow(this.#context, await this.#resolve(id), { ...options, logs: true })
  }

  /**
   * The log of every workflow job of the newest attempt (or the run), as far as the broker gives it.
   *
   *     for (const { workflowJob, text } of await queue.logs(id)) console.log(workflowJob, text ?? '(none yet)')
   */
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

  /**
   * The result of a job or run, fetched once and then kept; `format` also gives the path of that file. A failed job has a
   * result too, with the error in it. Throws `invalid_input` for a format it cannot have.
   *
   *     const found = await queue.result(id, { format: 'srt' })
   *     if (found.kind === 'ready') console.log(found.result.status, found.result.error?.code, found.path)
   */
  async result(id: string, options: { readonly format?: string } = {}): Promise<ResultOutcome> {
    const seen = await this.#observe(id)
    const { readResult } = await import('./results.ts')
    return readResult(this.#context, seen, options.format ?? null)
  }

  /**
   * Ends a job or run; doing it again changes nothing.
   *
   *     const { kind } = await queue.cancel(id)
   *     if (kind === 'requested') await queue.wait(id)
   */
  async cancel(id: string): Promise<CancelOutcome> {
    const { cancel } = await import('./cancel.ts')
    return cancel(this.#context, await this.#resolve(id))
  }

  /**
   * Puts a job that failed, expired or was cancelled back into the queue, with all its tries.
   *
   *     const outcome = await queue.retry(id)
   *     if (outcome.kind === 'replaced') console.log('its work is done by', outcome.by.id)
   */
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
