import { asError } from '../base/errors.ts'
import type { ActiveJob } from '../ledger/active.ts'
import type { LedgerJob } from '../ledger/records.ts'
import type { Candidate, Decision } from '../policy/decision.ts'
import type { RunnerLoad } from '../policy/request.ts'
import { beginAttempt, requestFor, sendFileAhead } from './attempt.ts'
import { type QueueContext, timestamp } from './context.ts'
import type { Outlook } from './outlook.ts'
import { lacksFile } from './relayed-files.ts'
import { route } from './route.ts'

/** A machine gets this many jobs: one that it works on, and one so that it need not stand idle. The others stay here. */
const jobsPerRunner = 2

/** held: it stays in the ledger, and its words say why. refused: it will never go out, and has failed. */
export type ReleaseOutcome =
  | { readonly kind: 'sent'; readonly to: string }
  | { readonly kind: 'held' }
  | { readonly kind: 'refused' }
  /** It may go once its file is at the broker, and is decided on anew then: sending that takes long. Throws what the broker throws. */
  | { readonly kind: 'lacks_file'; readonly sendFile: () => Promise<void> }

/**
 * Sends jobs one after the other. Each is decided on as if all before it had gone where they belong, also those that are
 * held back: so a long queue for the best machine makes the next best one worth while.
 */
export class ReleasePlan {
  readonly #context: QueueContext
  readonly #outlook: Outlook
  readonly #load: Map<string, RunnerLoad>
  readonly #room: Map<string, number>
  readonly #sent = new Map<string, number>()

  constructor(context: QueueContext, outlook: Outlook) {
    this.#context = context
    this.#outlook = outlook
    this.#load = new Map(outlook.loads.all)
    this.#room = new Map([...this.#load].map(([runner, { jobs }]) => [runner, jobsPerRunner - jobs]))
  }

  /** Whether any machine could be given another job; true where the runners cannot be read, or none of one's own is online. */
  hasRoom(): boolean {
    const runners = this.#outlook.fleet?.runners
    if (!runners) return true
    const online = runners.filter(({ status }) => status === 'online')
    return online.length === 0 || online.some(({ name }) => (this.#room.get(name) ?? jobsPerRunner) > 0)
  }

  /** Keeps a job back, and says why. */
  hold({ job }: Pick<ActiveJob, 'job'>, why: string): void {
    const reason = `held back: ${why}`
    if (reason !== job.reason) this.#explain(job, reason)
  }

  /** Throws what the broker throws. */
  async release({ job, newest }: ActiveJob): Promise<ReleaseOutcome> {
    const context = this.#context
    const routing = await route(context, requestFor(job), {
      outlook: this.#outlook,
      load: this.#load,
      sent: this.#sent,
    })
    const { decision } = routing
    const hold = this.#reasonToHold(decision)
    // It takes no machine's room while its file is on its way.
    if (hold === null && isTaken(decision) && lacksFile(job)) {
      return { kind: 'lacks_file', sendFile: () => this.#sendFile(job, routing.recipients) }
    }
    this.#count(decision)
    if (hold !== null) {
      this.hold({ job }, hold)
      return { kind: 'held' }
    }
    const { kind } = await beginAttempt(context, job, (newest?.number ?? 0) + 1, routing)
    if (kind !== 'sent') return { kind: kind === 'refused' ? kind : 'held' }
    this.#sent.set(job.kind, (this.#sent.get(job.kind) ?? 0) + 1)
    return { kind, to: chosenOf(decision)?.runner ?? decision.label ?? 'any machine' }
  }

  async #sendFile(job: LedgerJob, recipients: readonly string[] | null): Promise<void> {
    this.#explain(job, 'its file is being sent')
    try {
      await sendFileAhead(this.#context, job, recipients)
    } catch (error) {
      this.#explain(job, asError(error).message)
      throw error
    }
  }

  /** No machine is there for it, or the one it would get has enough to do. Nobody knows where the runners cannot be read. */
  #reasonToHold(decision: Decision): string | null {
    if (!this.#outlook.fleet) return null
    if (decision.outcome === 'waiting') return decision.summary
    const runner = chosenOf(decision)?.runner ?? null
    if (runner === null || (this.#room.get(runner) ?? jobsPerRunner) > 0) return null
    return `${runner} has ${this.#load.get(runner)?.jobs ?? 0} jobs before it`
  }

  #explain(job: LedgerJob, reason: string): void {
    const now = timestamp(this.#context)
    this.#context.ledger.setReason({ jobId: job.id, state: 'pending', reason, now })
  }

  #count(decision: Decision): void {
    const chosen = chosenOf(decision)
    if (!chosen?.runner) return
    const jobs = this.#load.get(chosen.runner)?.jobs ?? 0
    this.#load.set(chosen.runner, { jobs: jobs + 1, seconds: chosen.eta })
    this.#room.set(chosen.runner, (this.#room.get(chosen.runner) ?? jobsPerRunner) - 1)
  }
}

function isTaken({ outcome }: Decision): boolean {
  return outcome !== 'rejected' && outcome !== 'held'
}

function chosenOf(decision: Decision): Candidate | null {
  return decision.candidates.find(({ verdict }) => verdict === 'chosen') ?? null
}
