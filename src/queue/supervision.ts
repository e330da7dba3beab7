import type { Millis } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'
import type { ActiveJob } from '../ledger/active.ts'
import type { GivingUp, LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { isFinalAttemptState } from '../model/job.ts'
import type { Run } from '../model/run.ts'
import type { Runner } from '../model/runner.ts'
import type { Decision } from '../policy/decision.ts'
import type { Policy } from '../policy/policy.ts'
import { type Reconsidered, reconsider } from '../policy/reconsider.ts'
import { listActiveRuns } from './active-runs.ts'
import { adoptRuns } from './adopt.ts'
import { requestFor } from './attempt.ts'
import { isCancelRequested } from './cancel-request.ts'
import { type QueueContext, timestamp } from './context.ts'
import { type Outlook, outlookOf } from './outlook.ts'
import { readinessOf, settleReadiness } from './readiness.ts'
import { reconcile } from './reconcile.ts'
import { ReleasePlan } from './release-plan.ts'
import { circumstancesOf } from './route.ts'
import { releaseSupervision, takeSupervision } from './supervisor-lease.ts'
import { explainWait, listRunners } from './wait-reason.ts'

/** The broker as seen at one moment. */
export interface Sight {
  /** null: the token may not list them. */
  readonly runners: readonly Runner[] | null
  /** The runs that wait or run, by id. One that is not among them may be over, or too new to be listed. */
  readonly runs: ReadonlyMap<number, Run>
}

/** What a supervisor does beyond the verbs of a user, over the same broker and ledger. Each may be done again without harm. */
export class Supervision {
  readonly #context: QueueContext
  readonly #id: string
  #newestJob = 0
  /** Read once for all jobs of one look. */
  #policy: Promise<Policy> | null = null
  #seen: {
    readonly active: readonly ActiveJob[]
    readonly runners: readonly Runner[] | null
    readonly outlook: Outlook
  } | null = null

  constructor(context: QueueContext, id: string) {
    const loadPolicy = () => {
      this.#policy ??= context.loadPolicy()
      return this.#policy
    }
    this.#context = { ...context, loadPolicy }
    this.#id = id
  }

  get now(): Millis {
    return this.#context.clock()
  }

  /** True while this process is the one that supervises; to be asked again well before `ttl` (ms) is over. */
  takeLease(ttl: Millis): boolean {
    return takeSupervision(this.#context, this.#id, ttl)
  }

  releaseLease(): void {
    releaseSupervision(this.#context, this.#id)
  }

  /** Whether a job was submitted since this was last asked, also by another process. */
  hasNews(): boolean {
    const newest = this.#context.ledger.newestJob()
    const isNews = newest !== this.#newestJob
    this.#newestJob = newest
    return isNews
  }

  /** Why nothing can be decided now: the policy cannot be read. null: it can. */
  async policyProblem(): Promise<string | null> {
    try {
      await this.#context.loadPolicy()
      return null
    } catch (error) {
      if (error instanceof RelayError && error.code === 'invalid_policy') return error.message
      throw error
    }
  }

  /** What is not over, in the order in which it should go out. */
  active(): readonly ActiveJob[] {
    return this.#context.ledger.listActive(this.#context.broker.id)
  }

  /** Throws what the broker throws. */
  async look(): Promise<Sight> {
    this.#policy = null
    // Before the runs: a runner that is busy while a run still waits is then busy with something else.
    const runners = await listRunners(this.#context)
    return { runners, runs: await listActiveRuns(this.#context) }
  }

  adopt(): Promise<readonly LedgerJob[]> {
    return adoptRuns(this.#context)
  }

  async reconcile(job: LedgerJob): Promise<LedgerJob> {
    return (await reconcile(this.#context, job)).job
  }

  /** Whether a job that waits at the broker should go on waiting there; null where nobody can tell. */
  async reconsider(
    { job, newest }: ActiveJob,
    { runners }: Sight,
    active: readonly ActiveJob[],
  ): Promise<Reconsidered | null> {
    const decision = job.decision as Decision | null
    if (!newest || !runners || decision?.steps === undefined || job.source === 'adopted') return null
    const policy = await this.#context.loadPolicy()
    const outlook = this.#outlookOf(runners, active)
    const length = job.decision?.['mediaSeconds']
    const mediaSeconds = typeof length === 'number' ? length : null
    const request = {
      ...{ kind: job.kind, pin: job.pin, inputs: { sizeBytes: null }, fleet: outlook.fleet },
      ...circumstancesOf(this.#context, requestFor(job), { outlook, mediaSeconds, load: null, sent: 0 }),
      now: this.now,
    }
    const since = Date.parse(newest.sentAt ?? newest.createdAt)
    return reconsider(policy, request, { decision, since })
  }

  /** Why a job waits at the broker, for those who look at it. */
  explainWait({ job, newest }: ActiveJob, runners: readonly Runner[]): void {
    if (newest) explainWait(this.#context, job, newest, runners)
  }

  /**
   * Tells the run of an attempt to end, so that the job can go elsewhere, and looks whether it has. One that waited when
   * it was last seen is looked at once more: what a machine has begun with meanwhile is not taken from it.
   */
  async giveUp(job: LedgerJob, attempt: LedgerAttempt, why: GivingUp): Promise<LedgerJob> {
    const { broker, ledger } = this.#context
    if (attempt.state === 'dispatched') {
      const current = await this.reconcile(job)
      const newest = ledger.newestAttempt(job.id)
      if (newest?.id !== attempt.id || newest.state !== 'dispatched') return current
    }
    ledger.giveUpAttempt(attempt, why, timestamp(this.#context))
    if (attempt.runId !== null) await broker.cancelRun(attempt.runId)
    return this.reconcile(job)
  }

  /** Ends a run that was told to end and did not. */
  async insist(job: LedgerJob, attempt: LedgerAttempt): Promise<LedgerJob> {
    if (attempt.runId !== null) await this.#context.broker.forceCancelRun(attempt.runId)
    return this.reconcile(job)
  }

  /** Goes on without a run that will not end: the job's next attempt, if it is to have one, has a concurrency group of its own. */
  leaveBehind(attempt: LedgerAttempt): void {
    const { ledger } = this.#context
    const now = timestamp(this.#context)
    ledger.leaveAttemptBehind(attempt, now)
    const reason = `run ${attempt.runId} would not end, and is left behind`
    const retryAt = isCancelRequested(this.#context, attempt) ? null : now
    ledger.moveAttempt({ attemptId: attempt.id, to: 'cancelled', now, reason, retryAt })
  }

  /** Jobs that may be sent now, in the order of `active`: their time has come, and what they follow has succeeded. */
  releasable(active: readonly ActiveJob[]): readonly ActiveJob[] {
    const { broker, ledger } = this.#context
    const dependencies = Map.groupBy(ledger.listDependencies(broker.id), ({ jobId }) => jobId)
    return active.filter(({ job, newest }) => {
      if (newest && !isFinalAttemptState(newest.state)) return false
      const own = dependencies.get(job.id) ?? []
      const readiness = readinessOf(job, own, this.now)
      // Writes down what can never go out, and why another waits.
      if (readiness.kind !== 'ready' && own.length > 0 && readiness.reason !== job.reason) {
        settleReadiness(this.#context, job)
      }
      return readiness.kind === 'ready'
    })
  }

  /** To send jobs one after the other, each in view of those before it. */
  plan({ runners }: Sight, active: readonly ActiveJob[]): ReleasePlan {
    return new ReleasePlan(this.#context, this.#outlookOf(runners, active))
  }

  /** The same for all jobs of one list. */
  #outlookOf(runners: readonly Runner[] | null, active: readonly ActiveJob[]): Outlook {
    if (this.#seen?.active === active && this.#seen.runners === runners) return this.#seen.outlook
    const { broker, ledger } = this.#context
    const fleet = runners && { runners, facts: ledger.listFacts(broker.id) }
    const outlook = outlookOf(this.#context, fleet, active)
    this.#seen = { active, runners, outlook }
    return outlook
  }
}
