import { join } from 'node:path'
import { asError } from '../../base/errors.ts'
import { killMarked } from '../../base/process-tree.ts'
import type { JobMessage } from '../../protocol/job-message.ts'
import type { JobOffer } from '../../protocol/runner-api.ts'
import { type Canceller, trackingVariable, type WorkerJob } from '../../protocol/worker-ipc.ts'
import { removeFolder } from '../folders.ts'
import { pauseFor } from '../persistence.ts'
import { ServiceClient } from '../service-client.ts'
import { acquireJob, completeAsFailed, type LockedJob, renewJob } from './run-service.ts'
import { type WorkerEnd, WorkerProcess } from './worker-process.ts'

export interface DispatchOptions {
  readonly offer: JobOffer
  /** With the listener's own token; only acquirejob is called with it. */
  readonly client: ServiceClient
  readonly machine: Omit<WorkerJob, 'message' | 'jobDir'>
  readonly jobsDir: string
  /** Milliseconds between renewals of the lock. */
  readonly renewEveryMs: number
  readonly log: (line: string) => void
}

/**
 * The listener ends a cancelled worker this long before the broker's own limit, but never earlier than a minute
 * (docs/protocol.md, "Cancellation").
 */
const killMarginMs = 15_000
const shortestKillMs = 60_000

/**
 * One job from offer to end: the worker is forked while the job is being acquired, gets it once its lock was renewed,
 * and is cancelled when the lock is lost. A worker that dies is reported, and everything it left running is ended.
 */
export class JobDispatch {
  /** Never rejects. 'declined': the job never was ours. */
  readonly done: Promise<'ran' | 'declined'>
  #jobId: string | null = null
  /** Who had it cancelled first; null: nobody. */
  #cancelledBy: Canceller | null = null
  #worker: WorkerProcess
  readonly #options: DispatchOptions
  readonly #over = new AbortController()

  constructor(options: DispatchOptions) {
    this.#options = options
    this.#worker = new WorkerProcess(options.log)
    this.done = this.#run().catch((thrown: unknown) => {
      options.log(`a job could not be seen to its end: ${asError(thrown).message}`)
      return 'ran'
    })
  }

  /** null while the job is being acquired. */
  get jobId(): string | null {
    return this.#jobId
  }

  /** Asks the worker to wind the job up, and kills it when that takes longer than the broker grants. False: it was asked before. */
  cancel(by: Canceller, grantedMs = 0): boolean {
    if (this.#cancelledBy !== null) return false
    this.#cancelledBy = by
    this.#worker.cancel(by)
    void pauseFor(Math.max(shortestKillMs, grantedMs - killMarginMs), this.#over.signal).then(() => {
      if (!this.#over.signal.aborted) this.#worker.kill()
    })
    return true
  }

  async #run(): Promise<'ran' | 'declined'> {
    const { offer, client, log } = this.#options
    try {
      const acquired = await acquireJob(client, offer, this.#over.signal)
      if (acquired.kind === 'gave_up') return this.#decline(`could not be acquired: ${acquired.reason}`)
      if (acquired.value.kind === 'gone') return this.#decline(`was not given: ${acquired.value.reason}`)
      const { message } = acquired.value
      const lock = lockOf(message)
      if (lock === null) return this.#decline('came in a message that cannot be used')
      this.#jobId = message.jobId
      log(`job ${message.jobDisplayName} (${message.jobId}) acquired`)
      return await this.#runAcquired(message, lock)
    } finally {
      this.#over.abort()
      this.#worker.shutdown()
      await this.#worker.ended
    }
  }

  #decline(reason: string): 'declined' {
    this.#options.log(`an offered job ${reason}`)
    return 'declined'
  }

  async #runAcquired(
    message: JobMessage,
    lock: LockedJob & { readonly token: string },
  ): Promise<'ran' | 'declined'> {
    const jobClient = new ServiceClient(lock.token)
    try {
      const first = await renewJob(jobClient, lock, { forMs: 60_000, signal: this.#over.signal })
      if (first.kind === 'gave_up') return this.#decline(`could not be locked: ${first.reason}`)
      if (first.value.kind === 'gone') return this.#decline(`ended before it began: ${first.value.reason}`)
      const jobDir = join(this.#options.jobsDir, message.jobId)
      // Acquiring took so long, while the hub was away, that the waiting worker gave up.
      if (!this.#worker.alive) this.#worker = new WorkerProcess(this.#options.log)
      this.#worker.start({ ...this.#options.machine, message, jobDir })
      if (this.#cancelledBy !== null) this.#worker.cancel(this.#cancelledBy)
      const renewals = this.#keepLocked(jobClient, lock)
      const end = await this.#worker.ended
      this.#over.abort()
      const lost = await renewals
      await this.#settle(jobClient, lock, { end, lost, jobDir })
      return 'ran'
    } finally {
      jobClient.close()
    }
  }

  /** Answers why the lock was lost, or null when the job ended first. An absent hub is no loss: the job goes on. */
  async #keepLocked(client: ServiceClient, lock: LockedJob): Promise<string | null> {
    const { signal } = this.#over
    while (!signal.aborted) {
      await pauseFor(this.#options.renewEveryMs, signal)
      if (signal.aborted) break
      const renewal = await renewJob(client, lock, { forMs: this.#options.renewEveryMs, signal })
      if (signal.aborted) break
      if (renewal.kind === 'gave_up') this.#options.log(`the lock was not renewed: ${renewal.reason}`)
      else if (renewal.value.kind === 'gone') {
        this.#options.log(`the job is gone: ${renewal.value.reason}`)
        this.cancel('broker', shortestKillMs)
        return renewal.value.reason
      }
    }
    return null
  }

  /** The worker reports its own job. One that died leaves that, its processes and its folder to the listener. */
  async #settle(
    client: ServiceClient,
    lock: LockedJob,
    outcome: { readonly end: WorkerEnd; readonly lost: string | null; readonly jobDir: string },
  ): Promise<void> {
    const { log } = this.#options
    const { end } = outcome
    if (end.finished !== null) {
      log(`job ${lock.jobId} finished: ${end.finished.conclusion}`)
      if (!end.finished.reported) log(`the end of job ${lock.jobId} could not be reported`)
      return
    }
    log(`the worker of job ${lock.jobId} died (${end.how})`)
    await killMarked({ name: trackingVariable, value: lock.jobId }, { graceMs: 2500 })
    if (outcome.lost === null) {
      const message = `The worker of this job ended without a report (${end.how}); whatever it had started was ended too.`
      const reported = await completeAsFailed(client, lock, message)
      if (reported.kind === 'gave_up') log(`its end could not be reported: ${reported.reason}`)
    }
    await removeFolder(outcome.jobDir).catch((thrown: unknown) => log(`${outcome.jobDir} remains: ${thrown}`))
  }
}

/** null when a member the listener needs is missing or unfit to be part of a path. */
function lockOf(message: JobMessage): (LockedJob & { readonly token: string }) | null {
  const endpoint = message.resources?.endpoints?.find(({ name }) => name === 'SystemVssConnection')
  const token = endpoint?.authorization?.parameters?.AccessToken
  const planId = message.plan?.planId
  if (!endpoint?.url || !token || !planId || !/^[\w-]{1,64}$/.test(message.jobId)) return null
  const url = endpoint.url.endsWith('/') ? endpoint.url : `${endpoint.url}/`
  return { url, token, planId, jobId: message.jobId }
}
