import type { Millis } from '../../base/clock.ts'
import type { StoredJob } from '../store/jobs.ts'

/** A runner's long poll, as far as it tells who is there. */
interface PollFacts {
  readonly sessionId: string
  readonly busy: boolean
}

/**
 * Who was last seen when. Kept in memory only: after a restart everyone has a full lease to come back. Holds one entry
 * per runner seen and per running job.
 */
export class Presence {
  readonly #lease: Millis
  readonly #polls = new Map<number, PollFacts>()
  readonly #lastPolls = new Map<number, Millis>()
  readonly #contacts = new Map<number, Millis>()

  constructor(lease: Millis) {
    this.#lease = lease
  }

  pollOpened(runnerId: number, poll: PollFacts): void {
    this.#polls.set(runnerId, poll)
  }

  /** `job`: what the runner is running, whose lease the poll kept alive until now. */
  pollClosed(runnerId: number, job: StoredJob | null, now: Millis): void {
    const poll = this.#polls.get(runnerId)
    if (!poll) return
    this.#polls.delete(runnerId)
    this.#lastPolls.set(runnerId, now)
    if (job && keepsAlive(poll, job)) this.touch(job.id, now)
  }

  hasOpenPoll(runnerId: number): boolean {
    return this.#polls.has(runnerId)
  }

  isOnline(runnerId: number, now: Millis): boolean {
    return this.#polls.has(runnerId) || now - (this.#lastPolls.get(runnerId) ?? 0) < this.#lease
  }

  /** A call with the job's token, or its start. */
  touch(jobId: number, now: Millis): void {
    this.#contacts.set(jobId, now)
  }

  /** A job that was never seen, as after a restart, counts as seen now. */
  lastContact(job: StoredJob, now: Millis): Millis {
    const poll = job.runnerId === null ? undefined : this.#polls.get(job.runnerId)
    if ((poll && keepsAlive(poll, job)) || !this.#contacts.has(job.id)) this.touch(job.id, now)
    return this.#contacts.get(job.id) ?? now
  }

  /** It said goodbye: it is offline at once, and not only after the lease. */
  left(runnerId: number): void {
    this.#lastPolls.delete(runnerId)
  }

  /** Drops what is remembered of everyone else, so that a hub that runs for months does not grow. */
  keepOnly(runnerIds: ReadonlySet<number>, jobIds: ReadonlySet<number>): void {
    for (const runnerId of this.#lastPolls.keys())
      if (!runnerIds.has(runnerId)) this.#lastPolls.delete(runnerId)
    for (const jobId of this.#contacts.keys()) if (!jobIds.has(jobId)) this.#contacts.delete(jobId)
  }
}

/** A listener that was restarted polls as idle through a new session: that says nothing for the job its predecessor had. */
function keepsAlive(poll: PollFacts, job: StoredJob): boolean {
  return poll.busy || poll.sessionId === job.sessionId
}
