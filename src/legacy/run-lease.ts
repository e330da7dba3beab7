import type { Job } from 'bullmq'
import type { Interruption } from './conclude.ts'
import type { RunStore } from './run-store.ts'

interface RunLeaseOptions {
  readonly job: Job
  readonly store: RunStore
  readonly run: number
  /** BullMQ's token, and the run's holder. */
  readonly holder: string
  readonly leaseMs: number
}

/**
 * A worker's hold on a run: BullMQ's lock is renewed three times within its life, and each time Redis is asked whether
 * the run is still this holder's and is to go on. What cannot be asked is no reason to end: a lock that ran out meanwhile
 * is found lost at the next answer.
 */
export class RunLease implements Disposable {
  readonly #options: RunLeaseOptions
  readonly #ended = new AbortController()
  readonly #timer: NodeJS.Timeout
  #isAsking = false

  constructor(options: RunLeaseOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.renew(), options.leaseMs / 3)
  }

  /** Aborted with an Interruption as its reason. */
  get signal(): AbortSignal {
    return this.#ended.signal
  }

  get interruption(): Interruption | null {
    return this.#ended.signal.aborted ? (this.#ended.signal.reason as Interruption) : null
  }

  /** The first reason counts. */
  interrupt(reason: Interruption): void {
    this.#ended.abort(reason)
  }

  /** Also to be called when there is news of the run. */
  async renew(): Promise<void> {
    if (this.#isAsking || this.signal.aborted) return
    this.#isAsking = true
    try {
      const { job, store, run, holder, leaseMs } = this.#options
      // BullMQ answers 0 where the lock is gone or another's.
      if (!(await job.extendLock(holder, leaseMs))) this.interrupt('lost')
      const answer = await store.check(run, holder)
      if (answer !== 'go_on') this.interrupt(answer)
    } catch {
      // Redis is away. The next look tells what became of the lock.
    } finally {
      this.#isAsking = false
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
