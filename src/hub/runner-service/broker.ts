import { randomUUID } from 'node:crypto'
import type { Millis } from '../../base/clock.ts'
import type { BrokerMessage, JobCancellation, JobOffer } from '../../protocol/runner-api.ts'
import { assign } from '../scheduler/assign.ts'
import { cancelTimeoutMinutes } from '../scheduler/deadlines.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { openJobs, runningJobOf, type StoredJob } from '../store/jobs.ts'
import { findRunner, type StoredRunner } from '../store/runners.ts'
import { deleteSession, putSession, type Session, sessionOfRunner } from '../store/sessions.ts'
import type { Presence } from './presence.ts'

/** An offer nobody took by then is made again, to any runner (docs/protocol.md, "Assignment"). */
const offerMs = 60_000

/** A cancellation may be lost with the poll that carried it: it is said again until the job has ended. */
const repeatCancelMs = 3_000

export interface PollRequest {
  readonly runner: StoredRunner
  readonly sessionId: string
  /** A busy runner is sent cancellations only. */
  readonly busy: boolean
  /** Aborts when the runner hangs up, also while the answer is on its way. */
  readonly signal: AbortSignal
}

export type PollOutcome =
  | { readonly kind: 'message'; readonly message: BrokerMessage }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'session_invalid' }

interface OpenPoll {
  readonly request: PollRequest
  readonly answer: (message: BrokerMessage | null) => void
}

interface Offer {
  readonly runnerId: number
  readonly madeAt: Millis
  readonly poll: AbortSignal
}

/**
 * Sessions and message polls (docs/protocol.md, "Session", "Job offer" and "Cancellation"). Polls and offers live
 * in memory: an offer changes nothing in the store, so one that is lost with its poll or with the hub is simply made
 * again. `acquirejob` decides.
 */
export class MessageBroker {
  readonly #scheduler: Scheduler
  readonly #presence: Presence
  readonly #runServiceUrl: () => string
  readonly #holdMs: Millis
  readonly #polls = new Map<number, OpenPoll>()
  readonly #offers = new Map<number, Offer>()
  readonly #cancelsSaid = new Map<number, Millis>()
  /** By runner: a job that has ended here while its worker runs on. */
  readonly #abandoned = new Map<number, StoredJob>()
  #messageId = 0

  constructor(parts: {
    readonly scheduler: Scheduler
    readonly presence: Presence
    readonly runServiceUrl: () => string
    /** How long a poll without news is held. */
    readonly holdMs: Millis
  }) {
    this.#scheduler = parts.scheduler
    this.#presence = parts.presence
    this.#runServiceUrl = parts.runServiceUrl
    this.#holdMs = parts.holdMs
  }

  /** A session that nobody polls is taken over; one in use by another process is not. */
  openSession(runner: StoredRunner, owner: string): Session | 'in_use' {
    const current = sessionOfRunner(this.#scheduler.db, runner.id)
    if (current && current.owner !== owner && this.#presence.hasOpenPoll(runner.id)) return 'in_use'
    const session = { id: randomUUID(), runnerId: runner.id, owner }
    putSession(this.#scheduler.db, session)
    this.#hangUp(runner.id)
    return session
  }

  closeSession(runnerId: number): void {
    deleteSession(this.#scheduler.db, runnerId)
    this.#hangUp(runnerId)
    this.#presence.left(runnerId)
  }

  poll(request: PollRequest): Promise<PollOutcome> {
    const { runner, sessionId, busy, signal } = request
    if (!this.#isSessionOf(request)) return Promise.resolve({ kind: 'session_invalid' })
    this.#hangUp(runner.id)
    this.#withdraw(offer => offer.runnerId === runner.id)
    const { promise, resolve } = Promise.withResolvers<PollOutcome>()
    const poll: OpenPoll = {
      request,
      answer: message => {
        clearTimeout(timer)
        if (this.#polls.get(runner.id) !== poll) return
        this.#polls.delete(runner.id)
        this.#presence.pollClosed(
          runner.id,
          runningJobOf(this.#scheduler.db, runner.id),
          this.#scheduler.now(),
        )
        resolve(message ? { kind: 'message', message } : { kind: 'nothing' })
      },
    }
    const timer = setTimeout(() => poll.answer(null), this.#holdMs)
    signal.addEventListener('abort', () => this.#died(poll), { once: true })
    this.#polls.set(runner.id, poll)
    this.#presence.pollOpened(runner.id, { sessionId, busy })
    if (signal.aborted) this.#died(poll)
    else this.deliver()
    return promise
  }

  /** Looks at every open poll and answers those there is news for. Called after each change. */
  deliver(): void {
    for (const poll of this.#polls.values()) {
      if (this.#isSessionOf(poll.request)) this.#deliverCancellation(poll)
      else poll.answer(null)
    }
    const idle = [...this.#polls.values()]
      .filter(({ request }) => !request.busy && !runningJobOf(this.#scheduler.db, request.runner.id))
      // Its labels may have changed since the poll was opened.
      .map(({ request }) => findRunner(this.#scheduler.db, request.runner.id))
      .filter(runner => runner !== null)
    if (idle.length === 0) return
    const waiting = openJobs(this.#scheduler.db, 'queued').filter(job => !this.#offers.has(job.id))
    for (const { job, runnerId } of assign(waiting, idle)) this.#offer(job, runnerId)
  }

  /**
   * The job was ended over its worker's head: the runner is told with its next word. Said once, as renewing the job's
   * lock would tell it, too.
   */
  abandon(job: StoredJob): void {
    if (job.runnerId === null) return
    this.#abandoned.set(job.runnerId, job)
    this.deliver()
  }

  /** Makes offers again that nobody took. `running`: the jobs that have not ended, all others are forgotten. */
  tick(now: Millis, running: ReadonlySet<number>): void {
    this.#withdraw(offer => now - offer.madeAt >= offerMs)
    for (const jobId of this.#cancelsSaid.keys()) if (!running.has(jobId)) this.#cancelsSaid.delete(jobId)
    this.deliver()
  }

  /** The job is no longer on offer: it was acquired, or has ended. */
  taken(jobId: number): void {
    this.#offers.delete(jobId)
  }

  /** Lets everyone go. Connections that break afterwards find nothing to do, and so need no store. */
  close(): void {
    this.#offers.clear()
    for (const poll of [...this.#polls.values()]) poll.answer(null)
  }

  /** No longer, once the runner was removed or another process opened a session for it. */
  #isSessionOf({ runner, sessionId }: PollRequest): boolean {
    return sessionOfRunner(this.#scheduler.db, runner.id)?.id === sessionId
  }

  #deliverCancellation(poll: OpenPoll): void {
    const { runner, sessionId, busy } = poll.request
    const abandoned = this.#abandoned.get(runner.id)
    this.#abandoned.delete(runner.id)
    if (abandoned && busy && abandoned.sessionId === sessionId) {
      poll.answer(this.#cancellation(abandoned))
      return
    }
    const job = runningJobOf(this.#scheduler.db, runner.id)
    const now = this.#scheduler.now()
    if (!job || job.cancelMs === null) return
    const saidAt = this.#cancelsSaid.get(job.id)
    if (saidAt !== undefined && now - saidAt < repeatCancelMs) return
    this.#cancelsSaid.set(job.id, now)
    poll.answer(this.#cancellation(job))
  }

  #cancellation(job: StoredJob): BrokerMessage {
    const body: JobCancellation = { jobId: job.backendId, timeout: `00:0${cancelTimeoutMinutes}:00` }
    return this.#message('JobCancellation', body)
  }

  #offer(job: StoredJob, runnerId: number): void {
    const poll = this.#polls.get(runnerId)
    if (!poll) return
    this.#offers.set(job.id, { runnerId, madeAt: this.#scheduler.now(), poll: poll.request.signal })
    const body: JobOffer = {
      id: String(job.id),
      runner_request_id: job.backendId,
      run_service_url: this.#runServiceUrl(),
      billing_owner_id: '',
      should_acknowledge: false,
    }
    poll.answer(this.#message('RunnerJobRequest', body))
  }

  /** The runner hung up: what was offered through this poll was not received. */
  #died(poll: OpenPoll): void {
    poll.answer(null)
    if (this.#withdraw(offer => offer.poll === poll.request.signal)) this.deliver()
  }

  #withdraw(which: (offer: Offer) => boolean): boolean {
    const withdrawn = [...this.#offers].filter(([, offer]) => which(offer))
    for (const [jobId] of withdrawn) this.#offers.delete(jobId)
    return withdrawn.length > 0
  }

  #hangUp(runnerId: number): void {
    this.#polls.get(runnerId)?.answer(null)
  }

  #message(messageType: BrokerMessage['messageType'], body: JobOffer | JobCancellation): BrokerMessage {
    this.#messageId += 1
    return { messageId: this.#messageId, messageType, body: JSON.stringify(body) }
  }
}
