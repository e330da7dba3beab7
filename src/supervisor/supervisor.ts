// Not its functions by name: a stopped clock takes their place in the module alone.
import timers from 'node:timers/promises'
import type { Millis } from '../base/clock.ts'
import { eachOf } from '../base/each-of.ts'
import { asError, RelayError } from '../base/errors.ts'
import type { ActiveJob } from '../ledger/active.ts'
import { isFinalAttemptState } from '../model/job.ts'
import { bearsAll } from '../queue/load.ts'
import type { Sight, Supervision } from '../queue/supervision.ts'
import { type Diagnosis, diagnose } from './diagnose.ts'
import { inFairOrder } from './fair-order.ts'
import { FleetMemory } from './fleet-memory.ts'
import { HeldLease } from './held-lease.ts'
import { SlowActs } from './slow-acts.ts'

export type Tick =
  /** What was done about how many jobs. */
  | { readonly kind: 'done'; readonly active: number; readonly acts: Readonly<Record<string, number>> }
  /** Another process supervises. */
  | { readonly kind: 'standby' }
  /** The broker could not be asked, or the ledger not be written. */
  | { readonly kind: 'outage'; readonly error: RelayError }

export interface SupervisorOptions {
  /** Told what was done about a job, and what went wrong with one; one line each. */
  readonly say: (line: string) => void
}

const adoptEveryMs: Millis = 30_000
/** Requests under way at once: GitHub allows 100 (docs/protocol.md, "Rate limits"), and they are cheap to wait for. */
const width = 8
/** Dispatches in one tick: GitHub wants writes spaced (80 a minute, docs/protocol.md, "Rate limits"). */
const mostSent = 20
/** No file is sent beside so many that are on their way: they share one line. */
const mostFiles = 4
/** A tick waits so long for what it does about a job: fetching a large result takes longer. Well within the lease. */
const waitedMs: Millis = 5_000
/** Well within the lease, and within what a keeper gives it to end. */
const closingMs: Millis = 3_000
/** Jobs that are decided on in one tick. */
const mostDecided = 500
/** Trouble with so many jobs of one tick is not theirs alone. */
const mostTroubled = 3

/**
 * Moves every job on that is not over: looks at the broker once for all of them, sees what is wrong with each, and does
 * something about it through the same verbs a user has. Any number of these may run: one has the lease.
 */
export class Supervisor {
  readonly #queue: Supervision
  readonly #say: (line: string) => void
  readonly #lease: HeldLease
  readonly #memory = new FleetMemory()
  #adoptedAt: Millis = Number.NEGATIVE_INFINITY
  #saidOfPolicy: string | null = null
  /** What is done about jobs by what was seen of their runs. */
  readonly #cares: SlowActs
  /** Files of jobs on their way to the broker. */
  readonly #files: SlowActs
  #hasNews = false
  /** Jobs of this tick about which the broker could not be asked. */
  #troubled = 0

  constructor(queue: Supervision, options: SupervisorOptions) {
    this.#queue = queue
    this.#lease = new HeldLease(queue)
    this.#say = options.say
    this.#cares = new SlowActs(width, options.say)
    this.#files = new SlowActs(mostFiles, options.say)
  }

  /** One look and what follows from it. A job that fails to be cared for does not keep the others from it. */
  async tick(): Promise<Tick> {
    this.#troubled = 0
    this.#cares.throwFault()
    this.#files.throwFault()
    try {
      if (!this.#lease.take()) return { kind: 'standby' }
      await this.#adopt()
      return await this.#care(await this.#queue.look())
    } catch (thrown) {
      if (thrown instanceof RelayError && thrown.exitCode === 75) return { kind: 'outage', error: thrown }
      throw thrown
    }
  }

  /** One look and what follows from it, to its end: a job whose file was sent meanwhile goes out in a second look. */
  async once(): Promise<Tick> {
    const tick = await this.tick()
    const settled = this.settle().then(() => true)
    while (!(await Promise.race([settled, timers.setTimeout(waitedMs, false, { ref: false })])))
      this.#lease.keep()
    const next = this.hasNews() ? await this.tick() : tick
    // Who took over meanwhile sends it.
    return next.kind === 'standby' ? tick : next
  }

  /** Whether something came to its end since this was last asked that the next tick goes on with. */
  hasNews(): boolean {
    const isNews = this.#hasNews
    this.#hasNews = false
    return isNews
  }

  /** Waits for what goes on beside the ticks. */
  async settle(): Promise<void> {
    await Promise.all([this.#cares.settle(), this.#files.settle()])
  }

  /** Lets another supervisor take over, after a moment for what is under way. */
  async close(): Promise<void> {
    await Promise.race([this.settle(), timers.setTimeout(closingMs, undefined, { ref: false })])
    this.#queue.releaseLease()
  }

  async #adopt(): Promise<void> {
    if (Math.abs(this.#queue.now - this.#adoptedAt) < adoptEveryMs) return
    const adopted = await this.#queue.adopt()
    this.#adoptedAt = this.#queue.now
    for (const job of adopted) this.#say(`${job.id}: adopted ${job.runUrl}`)
  }

  async #care(sight: Sight): Promise<Tick> {
    const acts: Record<string, number> = {}
    const note = (act: string) => {
      acts[act] = (acts[act] ?? 0) + 1
    }
    const isDecidable = await this.#tellOfPolicy()
    const seen = this.#memory.note(sight.runners ?? [], this.#queue.now)
    const active = this.#queue.active()
    const patients = active.map(one => {
      const { newest } = one
      const listed = newest?.runId == null ? null : (sight.runs.get(newest.runId) ?? null)
      const bearers = newest?.runsOn.length
        ? (sight.runners ?? []).filter(runner => bearsAll(runner, newest.runsOn))
        : []
      return { one, diagnosis: diagnose({ ...one, listed, bearers, seen }, this.#queue.now) }
    })
    // Who finds no room has it in a later tick.
    await eachOf(patients, Math.max(1, this.#cares.room), async ({ one, diagnosis }) => {
      const { id } = one.job
      if (this.#isAtWorkOn(id) || this.#cares.room === 0) return
      if (diagnosis.kind === 'reconsider' && !isDecidable) return
      const act = this.#guarded(one, async () => note(await this.#remedy(one, diagnosis, sight, active)))
      await this.#cares.add(id, act, waitedMs)
    })
    if (isDecidable) await this.#release(sight, note)
    if (!this.#lease.keep()) return { kind: 'standby' }
    return { kind: 'done', active: active.length, acts }
  }

  /** While somebody edits the policy, jobs are followed and none is decided on. */
  async #tellOfPolicy(): Promise<boolean> {
    const problem = await this.#queue.policyProblem()
    if (problem !== null && problem !== this.#saidOfPolicy) {
      this.#say(`nothing is sent or moved until this is mended: ${problem}`)
    }
    this.#saidOfPolicy = problem
    return problem === null
  }

  async #remedy(
    one: ActiveJob,
    diagnosis: Diagnosis,
    sight: Sight,
    active: readonly ActiveJob[],
  ): Promise<string> {
    const { job, newest } = one
    if (!newest) return 'waiting'
    switch (diagnosis.kind) {
      case 'fine':
        return 'fine'
      case 'release':
        return 'waiting'
      case 'look':
        await this.#queue.reconcile(job)
        return 'looked'
      case 'reconsider':
        return await this.#reconsider(one, sight, active)
      case 'give_up':
        this.#say(`${job.id}: ${diagnosis.why.reason}`)
        await this.#queue.giveUp(job, newest, diagnosis.why)
        return 'given up'
      case 'insist':
        await this.#queue.insist(job, newest)
        return 'forced'
      case 'leave_behind':
        this.#say(`${job.id}: run ${newest.runId} will not end, and is left behind`)
        this.#queue.leaveBehind(newest)
        return 'left behind'
    }
  }

  async #reconsider(one: ActiveJob, sight: Sight, active: readonly ActiveJob[]): Promise<string> {
    const verdict = await this.#queue.reconsider(one, sight, active)
    if (verdict?.kind !== 'move' || !one.newest) {
      if (sight.runners) this.#queue.explainWait(one, sight.runners)
      return 'waiting'
    }
    this.#say(`${one.job.id}: ${verdict.words}`)
    await this.#queue.giveUp(one.job, one.newest, { because: verdict.because, reason: verdict.words })
    return 'moved'
  }

  /** Sends what may go out, batches taking turns, until no machine has room. */
  async #release(sight: Sight, note: (act: string) => void): Promise<void> {
    const active = this.#queue.active()
    const waiting = this.#queue.releasable(active)
    if (waiting.length === 0) return
    const inFlight = active.filter(({ newest }) => newest && !isFinalAttemptState(newest.state))
    const plan = this.#queue.plan(sight, active)
    let sent = 0
    for (const [at, one] of inFairOrder(waiting, inFlight).entries()) {
      if (sent >= mostSent || at >= mostDecided) return
      if (this.#isAtWorkOn(one.job.id)) continue
      if (!plan.hasRoom()) {
        plan.hold(one, 'every machine has jobs before it')
        continue
      }
      await this.#guarded(one, async () => {
        const outcome = await plan.release(one)
        if (outcome.kind === 'lacks_file') {
          if (this.#files.room > 0) return this.#sendBeside(one, outcome.sendFile)
          return plan.hold(one, `${mostFiles} files are being sent before it`)
        }
        note(outcome.kind)
        if (outcome.kind !== 'sent') return
        sent += 1
        this.#say(`${one.job.id}: sent to ${outcome.to}`)
      })
    }
  }

  /** Sends a file while the ticks go on: its job goes out at the next one. */
  async #sendBeside(one: ActiveJob, sendFile: () => Promise<void>): Promise<void> {
    const act = this.#guarded(one, async () => {
      await sendFile()
      this.#hasNews = true
    })
    await this.#files.add(one.job.id, act, 0)
  }

  #isAtWorkOn(jobId: string): boolean {
    return this.#cares.has(jobId) || this.#files.has(jobId)
  }

  /** What goes wrong with one job is told, and the others go on; what may pass and befalls many is the broker's, and ends the tick. */
  async #guarded({ job }: ActiveJob, work: () => Promise<void>): Promise<void> {
    if (!this.#lease.keep()) return
    try {
      await work()
    } catch (thrown) {
      if (!(thrown instanceof RelayError)) throw thrown
      if (thrown.exitCode === 75) this.#troubled += 1
      if (this.#troubled >= mostTroubled) throw thrown
      this.#say(`${job.id}: ${asError(thrown).message}`)
    }
  }
}
