import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { asError, RelayError } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import { retry } from '../base/retry.ts'
import { asking, isRefusal, isSilence, openConnection, type RedisPlace } from './connection.ts'
import { RedisFiles } from './files.ts'
import { JobApi } from './job-api.ts'
import { bullPrefix, fits, LabelQueues } from './label-queues.ts'
import { handInLeftovers } from './leftovers.ts'
import { loadPackages, type RedisPackages } from './packages.ts'
import { RunLease } from './run-lease.ts'
import { RunStore } from './run-store.ts'
import { type Machine, takeTurn } from './run-turn.ts'
import { RedisRunners } from './runners.ts'

export interface LegacyWorkerOptions extends Machine {
  readonly place: RedisPlace
  readonly labels: readonly string[]
  /** As GitHub lists runners: linux, macos, windows. */
  readonly os: string
  /** How long this worker may be silent before its run is another's. */
  readonly leaseMs: number
  /** How long a run may go on after the worker was told to end. */
  readonly graceMs: number
}

/** Where a wake-up got lost, or a run waits in a queue nobody told of. */
const lookAgainMs = 1_000
/** Its dispatcher may still be about to send it. */
const unsentMs = 5_000
const finishTries = { attempts: 8, firstDelayMs: 250 }
/** How long a worker that has ended its work waits for Redis to hear of it. */
const partingMs = 3_000

/** One machine of Redis mode: takes one run at a time from the queues whose labels it bears, until it is told to end. */
export class LegacyWorker {
  readonly #options: LegacyWorkerOptions
  readonly #packages: RedisPackages
  readonly #redis: Redis
  readonly #news: Redis
  readonly #store: RunStore
  readonly #queues: LabelQueues
  readonly #runners: RedisRunners
  readonly #files: RedisFiles
  readonly #takers = new Map<string, Worker>()
  readonly #instance = randomId()
  readonly #displaced = new AbortController()
  readonly #parted = new AbortController()
  #api: JobApi | null = null
  #taken = 0
  #isStopping = false
  #current: { readonly run: number; readonly lease: RunLease } | null = null
  #hasNews = false
  #wake: () => void = () => {}

  /** Throws `tool_missing` without the packages. */
  static async open(options: LegacyWorkerOptions): Promise<LegacyWorker> {
    return new LegacyWorker(options, await loadPackages())
  }

  /** Use `open`. */
  constructor(options: LegacyWorkerOptions, packages: RedisPackages) {
    const { place } = options
    const lasting = { lasting: true, end: this.#parted.signal }
    this.#options = options
    this.#packages = packages
    this.#redis = openConnection(packages, place, lasting)
    this.#news = openConnection(packages, place, lasting)
    this.#store = new RunStore(this.#redis, place.prefix)
    this.#queues = new LabelQueues(packages, this.#redis, place.prefix, this.#store)
    this.#runners = new RedisRunners(this.#redis, place.prefix)
    this.#files = new RedisFiles(this.#redis, place.prefix)
  }

  /** Throws `broker_unreachable` where Redis is not there at the start; later it is waited for. */
  async run(stop: AbortSignal): Promise<void> {
    const { name, labels, os, say } = this.#options
    await this.#requireRedis()
    await handInLeftovers(this.#options.workFolder, this.#store, this.#options.say)
    this.#api = await JobApi.start(this.#store, this.#files)
    const stopped = AbortSignal.any([stop, this.#displaced.signal])
    const upkeep = setInterval(() => void this.#keepUp(), this.#options.leaseMs / 3)
    const shutDown = () => void this.#windDown()
    stopped.addEventListener('abort', shutDown, { once: true })
    try {
      await this.#runners.register({ name, labels, os })
      await this.#announce(true)
      await this.#listen()
      say(`${name} is online (${labels.join(', ')})`)
      await this.#work(stopped)
    } finally {
      clearInterval(upkeep)
      await this.#close()
    }
    if (this.#displaced.signal.aborted) throw displaced(name)
  }

  /** A command on a lasting connection would wait for a Redis that is not there. */
  async #requireRedis(): Promise<void> {
    const { place } = this.#options
    const probe = openConnection(this.#packages, place, { lasting: false })
    try {
      await asking(place, () => probe.ping())
    } finally {
      probe.disconnect()
    }
  }

  async #work(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      try {
        this.#hasNews = false
        const job = await this.#nextJob()
        if (job) await this.#settle(job, stopped)
        else await this.#untilNews(stopped)
      } catch (thrown) {
        if (!mayPass(thrown)) throw thrown
        this.#options.say(`Redis does not do what it was asked for: ${asError(thrown).message}`)
        await sleep(lookAgainMs, undefined, { signal: stopped }).catch(() => {})
      }
    }
  }

  async #nextJob(): Promise<Job | null> {
    const names = await this.#redis.smembers(`${this.#options.place.prefix}:queues`)
    const served = names.filter(name => fits(name, this.#options.labels))
    // What asks for more labels has fewer machines to wait for.
    const choosiest = served.toSorted((a, b) => b.split('+').length - a.split('+').length)
    for (const name of choosiest) {
      const holder = `${this.#instance}.${this.#taken + 1}`
      const job: Job | undefined = await this.#taker(name).getNextJob(holder, { block: false })
      if (!job) continue
      this.#taken += 1
      return job
    }
    return null
  }

  /** BullMQ's side of a queue: it hands out jobs with a lock, and gives back those whose lock ran out. */
  #taker(name: string): Worker {
    const known = this.#takers.get(name)
    if (known) return known
    const { place, leaseMs } = this.#options
    const { Worker } = this.#packages.bullmq
    const taker = new Worker(name, null, {
      connection: this.#redis,
      prefix: bullPrefix(place.prefix),
      autorun: false,
      lockDuration: leaseMs,
      stalledInterval: leaseMs / 2,
      // How often is enough is the run's own count: BullMQ would fail the job and tell nobody.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      name: this.#options.name,
    })
    taker.on('error', () => {})
    void taker.startStalledCheckTimer()
    this.#takers.set(name, taker)
    return taker
  }

  /** Whatever became of the run, BullMQ is told that the job is over; a lock that was lost meanwhile is somebody else's. */
  async #settle(job: Job, stopped: AbortSignal): Promise<void> {
    const holder = job.token ?? ''
    const id = Number(job.data.run)
    const taking = await this.#store.take(id, holder, this.#options.name)
    if (taking === 'taken') await this.#workOn(job, id, holder, stopped)
    await this.#insist(() => job.moveToCompleted(null, holder, false)).catch(thrown => {
      if (mayPass(thrown)) throw thrown
      this.#options.say(`run ${id} was given to another worker: ${asError(thrown).message}`)
    })
  }

  async #workOn(job: Job, id: number, holder: string, stopped: AbortSignal): Promise<void> {
    const [run, api] = [await this.#store.get(id), this.#api]
    if (run === null || api === null) return
    const { leaseMs } = this.#options
    using lease = new RunLease({ job, store: this.#store, run: id, holder, leaseMs })
    this.#current = { run: id, lease }
    if (stopped.aborted) lease.interrupt('shutdown')
    try {
      await this.#announce(false)
      await takeTurn({
        ...{ run, holder, lease, api, store: this.#store, machine: this.#options },
        insist: say => this.#insist(say),
        onWorked: () => {
          if (this.#isStopping) this.#part()
        },
      })
    } finally {
      this.#current = null
      await this.#announce(false)
    }
  }

  /** For what may be said twice: a connection that breaks in the middle is no reason to do the work anew. */
  #insist<T>(say: () => Promise<T>): Promise<T> {
    const isRetryable = (thrown: unknown) => mayPass(thrown) && !this.#parted.signal.aborted
    return retry(say, { ...finishTries, isRetryable })
  }

  /** Runs and cancellations are announced on one channel; a word that gets lost costs a second, or a third of the lease. */
  async #listen(): Promise<void> {
    this.#news.on('message', (_, id: string) => {
      if (this.#current?.run === Number(id)) void this.#current.lease.renew()
      this.#hasNews = true
      this.#wake()
    })
    await this.#news.subscribe(`${this.#options.place.prefix}:news`)
  }

  /** At once where there was some while the queues were looked through. */
  async #untilNews(stopped: AbortSignal): Promise<void> {
    if (this.#hasNews) return
    const waited = new AbortController()
    this.#wake = () => waited.abort()
    await sleep(lookAgainMs, undefined, { signal: AbortSignal.any([stopped, waited.signal]) }).catch(() => {})
  }

  async #keepUp(): Promise<void> {
    try {
      await this.#announce(false)
      for (const run of await this.#store.unsent(unsentMs)) await this.#queues.send(run)
    } catch (thrown) {
      if (!mayPass(thrown)) this.#options.say(`upkeep failed: ${asError(thrown).message}`)
    }
  }

  async #announce(takesOver: boolean): Promise<void> {
    const { name, leaseMs } = this.#options
    const state = { busy: this.#current !== null, forMs: leaseMs, takesOver }
    if (!(await this.#runners.announce(name, this.#instance, state))) this.#displaced.abort()
  }

  /** A run at work may still come to its end for a while; then it is interrupted. */
  async #windDown(): Promise<void> {
    this.#isStopping = true
    this.#wake()
    const { graceMs, say } = this.#options
    if (!this.#current) return this.#part()
    say(`a run is at work; it gets ${Math.round(graceMs / 1000)} s to finish`)
    await sleep(graceMs, undefined, { ref: false })
    this.#current?.lease.interrupt('shutdown')
  }

  /** Nothing is at work any more. Where Redis is away, it is not waited for longer: the run is another's in time. */
  #part(): void {
    setTimeout(() => this.#parted.abort(), partingMs).unref()
  }

  async #close(): Promise<void> {
    await this.#runners.leave(this.#options.name, this.#instance).catch(() => {})
    this.#api?.close()
    await Promise.all([...this.#takers.values()].map(taker => taker.close(true).catch(() => {})))
    await this.#queues.close().catch(() => {})
    this.#parted.abort()
  }
}

/** Redis is away, its memory is full, it is still loading: none of it is a reason to end. */
function mayPass(thrown: unknown): boolean {
  return isSilence(thrown) || isRefusal(thrown)
}

function displaced(name: string): RelayError {
  return new RelayError('broker_unavailable', `Another worker bears the name ${name} by now.`, {
    hint: 'Give each its own with --name.',
  })
}
