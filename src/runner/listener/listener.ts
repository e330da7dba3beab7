import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asError } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { killMarked } from '../../base/process-tree.ts'
import type { BrokerMessage, JobCancellation, JobOffer } from '../../protocol/runner-api.ts'
import { trackingVariable } from '../../protocol/worker-ipc.ts'
import { removeFolder } from '../folders.ts'
import { pauseFor, pauseMs } from '../persistence.ts'
import { ServiceClient } from '../service-client.ts'
import { closeSession, openSession, pollMessage } from './broker-session.ts'
import { type RunnerIdentity, readJitConfig } from './jit-config.ts'
import { JobDispatch } from './job-dispatch.ts'

export interface ListenerOptions {
  /** Base64 (docs/protocol.md, "Joining"). It holds the runner's token. */
  readonly jitConfig: string
  /** Of this runner alone. Jobs get folders of their own below it. */
  readonly workDir: string
  /** Folder that holds the `relayq` program, put first in the job's PATH. */
  readonly relayqBin: string
  readonly actions: 'offline' | 'network'
  readonly actionArchiveCache: string | null
  /** Added to the environment of every step: the folders of the machine. */
  readonly passEnv: Readonly<Record<string, string>>
  readonly log: (line: string) => void
  /** Milliseconds between renewals of a job's lock; 30 s when left out. */
  readonly renewEveryMs?: number
}

export type ListenerEnd =
  | 'stopped'
  | 'ephemeral_done'
  /** The broker does not know this runner any more. */
  | 'removed'
  /** Another process serves as this runner, and went on doing so for four minutes. */
  | 'session_conflict'

/** As long as actions/runner waits for a dead listener's session to expire (docs/protocol.md, "Session"). */
const conflictPatienceMs = 240_000
/** An empty answer that comes faster than this twice is no long poll; asking at once again would be a busy loop. */
const instantAnswerMs = 50

/**
 * Serves as one runner until told to stop: holds a session, waits for messages, and lets a worker process run one job at
 * a time. `stop` lets a running job finish; `cancelJob` ends it. An absent broker is waited for, for ever.
 */
export async function runListener(
  options: ListenerOptions,
  stop: AbortSignal,
  cancelJob: AbortSignal = new AbortController().signal,
): Promise<ListenerEnd> {
  const runner = readJitConfig(options.jitConfig)
  const jobsDir = join(options.workDir, 'jobs')
  await clearLeftovers(jobsDir, options.log)
  const listener = new Listener(options, { runner, jobsDir, stop })
  cancelJob.addEventListener('abort', () => listener.cancelJob(), { once: true })
  try {
    for (;;) {
      const end = await listener.tick()
      if (end !== null) return end
    }
  } finally {
    await listener.close()
  }
}

interface Surroundings {
  readonly runner: RunnerIdentity
  readonly jobsDir: string
  readonly stop: AbortSignal
}

class Listener {
  readonly #options: ListenerOptions
  readonly #runner: RunnerIdentity
  readonly #jobsDir: string
  readonly #stop: AbortSignal
  readonly #client: ServiceClient
  #sessionId: string | null = null
  #job: JobDispatch | null = null
  /** Set when no further job is to be taken: how the listener ends once the running one has. */
  #ending: ListenerEnd | null = null
  #failures = 0
  #instantAnswers = 0
  #conflictSince: number | null = null
  /** Aborted whenever what the poll says of this runner, Online or Busy, has become wrong. */
  #wake = new AbortController()

  constructor(options: ListenerOptions, { runner, jobsDir, stop }: Surroundings) {
    this.#options = options
    this.#runner = runner
    this.#jobsDir = jobsDir
    this.#stop = stop
    this.#client = new ServiceClient(runner.token)
    stop.addEventListener('abort', () => this.#rouse(), { once: true })
  }

  /** One exchange with the broker, and what follows from it. Answers how the listener ended, or null to go on. */
  async tick(): Promise<ListenerEnd | null> {
    if (this.#job === null && this.#stop.aborted) return 'stopped'
    if (this.#job === null && this.#ending !== null) return this.#ending
    this.#wake = new AbortController()
    try {
      return this.#sessionId === null ? await this.#open() : await this.#poll(this.#sessionId)
    } catch (thrown) {
      if (!this.#wake.signal.aborted) await this.#failed(asError(thrown).message)
      return null
    }
  }

  /** A running job winds up as if cancelled by the broker, and is reported as interrupted. */
  cancelJob(): void {
    this.#job?.cancel('runner')
  }

  /** Ends the session, best effort, and waits for the job where one is running. */
  async close(): Promise<void> {
    await this.#job?.done
    if (this.#sessionId !== null) {
      await closeSession(this.#client, this.#runner, this.#sessionId).catch(() => {})
    }
    this.#client.close()
  }

  async #open(): Promise<ListenerEnd | null> {
    const outcome = await openSession(this.#client, this.#runner, this.#wake.signal)
    switch (outcome.kind) {
      case 'opened':
        this.#sessionId = outcome.sessionId
        this.#failures = 0
        this.#conflictSince = null
        this.#options.log(`${this.#runner.name} listens for jobs`)
        return null
      case 'conflict':
        this.#conflictSince ??= performance.now()
        if (performance.now() - this.#conflictSince > conflictPatienceMs) return 'session_conflict'
        await this.#failed('another session of this runner is open')
        return null
      case 'removed':
        this.#options.log(outcome.reason)
        return 'removed'
      case 'failed':
        await this.#failed(outcome.reason)
        return null
    }
  }

  async #poll(sessionId: string): Promise<ListenerEnd | null> {
    const began = performance.now()
    const busy = this.#job !== null
    const outcome = await pollMessage(this.#client, this.#runner, {
      sessionId,
      busy,
      signal: this.#wake.signal,
    })
    switch (outcome.kind) {
      case 'message':
        this.#failures = 0
        this.#handle(outcome.message)
        return null
      case 'nothing':
        this.#failures = 0
        await this.#slowDownInstantAnswers(performance.now() - began)
        return null
      case 'session_lost':
        this.#sessionId = null
        return null
      case 'removed':
        this.#options.log(outcome.reason)
        return 'removed'
      case 'failed':
        await this.#failed(outcome.reason)
        return null
    }
  }

  #handle(message: BrokerMessage): void {
    const body = parseJson(message.body)
    if (message.messageType === 'RunnerShutdown') this.#ending = 'stopped'
    else if (!isJsonObject(body)) this.#options.log(`a message of type ${message.messageType} has no body`)
    else if (message.messageType === 'RunnerJobRequest') this.#accept(body as unknown as JobOffer)
    else if (message.messageType === 'JobCancellation') this.#cancel(body as unknown as JobCancellation)
    else this.#options.log(`a message of type ${message.messageType} was ignored`)
  }

  /** An offer to a busy or stopping runner is left alone: the broker offers it to the next one. */
  #accept(offer: JobOffer): void {
    if (this.#job !== null || this.#stop.aborted || this.#ending !== null) return
    if (!URL.canParse(offer.run_service_url)) {
      this.#options.log('an offered job names no run service')
      return
    }
    const { workDir, relayqBin, actions, actionArchiveCache, passEnv, log } = this.#options
    this.#job = new JobDispatch({
      offer,
      client: this.#client,
      machine: {
        runnerName: this.#runner.name,
        toolCacheDir: join(workDir, '_tool'),
        relayqBin,
        actions,
        actionArchiveCache,
        passEnv,
      },
      jobsDir: this.#jobsDir,
      renewEveryMs: this.#options.renewEveryMs ?? 30_000,
      log,
    })
    void this.#job.done.then(outcome => {
      this.#job = null
      if (this.#runner.ephemeral && outcome === 'ran') this.#ending = 'ephemeral_done'
      this.#rouse()
    })
  }

  #cancel(cancellation: JobCancellation): void {
    if (this.#job === null || cancellation.jobId !== this.#job.jobId) return
    const isNews = this.#job.cancel('broker', parseDuration(cancellation.timeout))
    if (isNews) this.#options.log(`job ${cancellation.jobId} is being cancelled`)
  }

  #rouse(): void {
    this.#wake.abort()
  }

  async #slowDownInstantAnswers(tookMs: number): Promise<void> {
    this.#instantAnswers = tookMs < instantAnswerMs ? this.#instantAnswers + 1 : 0
    if (this.#instantAnswers > 1) await pauseFor(pauseMs(this.#instantAnswers), this.#wake.signal)
  }

  /** Says it once per outage, then waits a little longer each time. */
  async #failed(reason: string): Promise<void> {
    if (this.#failures === 0) this.#options.log(`the broker is out of reach, trying again: ${reason}`)
    await pauseFor(pauseMs(this.#failures), this.#wake.signal)
    this.#failures += 1
  }
}

/** `hh:mm:ss` in milliseconds; 0 for anything else. */
function parseDuration(text: string): number {
  const match = /^(\d+):(\d+):(\d+)/.exec(text)
  if (!match) return 0
  const [, hours, minutes, seconds] = match
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
}

/** A listener that was killed left folders named after its jobs: whatever still runs for them is ended. */
async function clearLeftovers(jobsDir: string, log: (line: string) => void): Promise<void> {
  await mkdir(jobsDir, { recursive: true })
  for (const jobId of await readdir(jobsDir)) {
    log(`clearing up after job ${jobId}, which an earlier listener left behind`)
    await killMarked({ name: trackingVariable, value: jobId }, { graceMs: 2500 })
    await removeFolder(join(jobsDir, jobId)).catch((thrown: unknown) => log(`${jobId} remains: ${thrown}`))
  }
}
