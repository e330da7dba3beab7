import type { Millis } from '../base/clock.ts'
import { type ErrorCode, RelayError } from '../base/errors.ts'
import { isFinalAttemptState, isFinalJobState } from '../model/job.ts'
import type { Run } from '../model/run.ts'
import { listActiveRuns } from './active-runs.ts'
import type { QueueContext } from './context.ts'
import { Outage } from './outage.ts'
import { readinessOf } from './readiness.ts'
import { type Observation, observe, resolveSubject, type Subject, subjectId } from './subject.ts'
import { isSupervised } from './supervisor-lease.ts'
import type { WaitOptions, WaitOutcome } from './watch.ts'

export interface WaitEachOptions extends Omit<WaitOptions, 'onEvent'> {
  /** Told once what is waited for: each job or run once, by whichever of its names it was given. */
  readonly onBegin?: (subjects: readonly Subject[]) => void
}

/** `out_of_sight`: what becomes of this one cannot be seen, and `error` says why; it may go on. */
export type EachOutcome =
  | WaitOutcome
  | { readonly kind: 'out_of_sight'; readonly subject: Subject; readonly error: RelayError }

/** They end at times of their own: no end makes the next look come sooner. */
const pollMs = { least: 300, growth: 1.25, most: 3_000 }
/** So many runs GitHub lists for one request. A longer list is asked for as much more seldom. */
const runsPerRequest = 100
/** So many that nothing new is seen of are asked for by themselves at one look; the next look goes on with others. */
const mostInVain = 10
/** Then the next one asked for would fail as well. */
const ofTheBroker: ReadonlySet<ErrorCode> = new Set(['broker_unreachable', 'broker_unavailable'])

/**
 * Waits for the end of several jobs or runs, and tells of each as it ends; at last of those that were not over at the timeout,
 * or when the signal was aborted. With no time at all, it looks at each once. At each look the broker is asked which runs
 * are at work. By itself a job or run is asked for when it begins, when it ends, and, in turns, while the list does not show it.
 */
export async function* waitEach(
  context: QueueContext,
  ids: readonly string[],
  { timeoutMs, signal, onBegin }: WaitEachOptions,
): AsyncGenerator<EachOutcome> {
  const subjects = await resolveEach(context, ids)
  onBegin?.([...subjects.values()])
  const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : context.clock() + timeoutMs
  const isCutShort = () => signal?.aborted === true || (timeoutMs !== 0 && context.clock() >= until)
  const pending = new Map(subjects)
  const outage = new Outage(context.clock)
  const troubles = new Map<string, Outage>()
  yield* takeEnded(context, pending)
  for (let interval = pollMs.least; pending.size > 0; interval *= pollMs.growth) {
    const runs = await outage.bridge(() => listActiveRuns(context))
    yield* takeEnded(context, pending, runs)
    if (runs) yield* lookAround(context, { pending, runs, troubles, isCutShort })
    const time = Math.min(pauseMs(interval, runs?.size ?? 0), until - context.clock())
    if (pending.size === 0 || time <= 0 || signal?.aborted) break
    await context.sleep(time, signal)
  }
  yield* takeEnded(context, pending)
  for (const id of subjects.keys()) {
    const subject = pending.get(id)
    if (subject) yield { kind: 'still_pending', subject }
  }
}

/** By what they are called, in the order in which they were given. Throws `job_not_found`. */
async function resolveEach(
  context: QueueContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Subject>> {
  const subjects = new Map<string, Subject>()
  for (const id of ids) {
    const subject = await resolveSubject(context, id)
    subjects.set(subjectId(subject), subject)
  }
  return subjects
}

/** Brings what is pending up to what the ledger and the list say, for no request, and takes out what is over. */
function* takeEnded(
  { ledger }: QueueContext,
  pending: Map<string, Subject>,
  runs: ReadonlyMap<number, Run> | null = null,
): Generator<EachOutcome> {
  for (const [id, known] of pending) {
    const subject: Subject =
      known.kind === 'job'
        ? { kind: 'job', job: ledger.getJob(id) ?? known.job }
        : { kind: 'run', run: runs?.get(known.run.id) ?? known.run }
    pending.set(id, subject)
    if (subject.kind === 'run' || !isFinalJobState(subject.job.state)) continue
    pending.delete(id)
    yield { kind: 'finished', subject }
  }
}

interface Round {
  /** Those that were asked for and are not over go to its end, so that others have their turn. */
  readonly pending: Map<string, Subject>
  readonly runs: ReadonlyMap<number, Run>
  /** Of those that could not be looked at when they last were. */
  readonly troubles: Map<string, Outage>
  readonly isCutShort: () => boolean
}

/** Asks for those by themselves of which that may tell more, until that is in vain too often, or the broker is away. */
async function* lookAround(context: QueueContext, round: Round): AsyncGenerator<EachOutcome> {
  const { pending, troubles } = round
  const sight = { runs: round.runs, isSupervised: isSupervised(context) }
  let inVain = 0
  for (const [id, subject] of [...pending]) {
    if (inVain >= mostInVain || round.isCutShort()) return
    if (!isWorthALook(context, subject, sight)) continue
    const seen = await look(context, subject)
    pending.delete(id)
    if (!(seen instanceof RelayError)) {
      troubles.delete(id)
      if (seen.isFinal) yield { kind: 'finished', subject: seen.subject }
      else pending.set(id, seen.subject)
      if (stateOf(seen.subject) === stateOf(subject)) inVain += 1
      continue
    }
    inVain += 1
    const trouble = troubles.get(id) ?? new Outage(context.clock, context.clock())
    troubles.set(id, trouble)
    if (trouble.isBridged(seen)) pending.set(id, subject)
    else yield { kind: 'out_of_sight', subject, error: seen }
    if (ofTheBroker.has(seen.code)) return
  }
}

/** Whether more may be known of it by asking for it than the ledger and the list of runs say. */
function isWorthALook(
  { broker, ledger, clock }: QueueContext,
  subject: Subject,
  { runs, isSupervised }: { readonly runs: ReadonlyMap<number, Run>; readonly isSupervised: boolean },
): boolean {
  if (subject.kind === 'run') return !runs.has(subject.run.id)
  const job = ledger.getJob(subject.job.id)
  if (!job) return true
  const attempt = ledger.newestAttempt(job.id)
  if (!attempt || isFinalAttemptState(attempt.state)) {
    const waits = () => readinessOf(job, ledger.listDependencies(broker.id, job.id), clock()).kind === 'waits'
    return !isSupervised && !waits()
  }
  if (attempt.runId === null) return !isSupervised
  const run = runs.get(attempt.runId)
  return !run || (run.status === 'in_progress' && attempt.state === 'dispatched')
}

async function look(context: QueueContext, subject: Subject): Promise<Observation | RelayError> {
  try {
    return await observe(context, subject)
  } catch (error) {
    if (error instanceof RelayError) return error
    throw error
  }
}

function stateOf(subject: Subject): string {
  return subject.kind === 'job' ? subject.job.state : subject.run.status
}

function pauseMs(interval: Millis, runs: number): Millis {
  return Math.min(interval, pollMs.most) * Math.max(1, Math.ceil(runs / runsPerRequest))
}
