import { type Progress, parseProgress } from '../model/progress.ts'
import type { QueueContext } from './context.ts'
import { type LogLine, LogReader } from './log-reader.ts'
import { Outage } from './outage.ts'
import { type Observation, observe, type Subject, workflowJobsOf } from './subject.ts'

export type WatchEvent =
  | {
      readonly kind: 'state'
      readonly state: string
      readonly reason: string | null
      readonly runner: string | null
    }
  | { readonly kind: 'log'; readonly workflowJob: string; readonly at: string | null; readonly text: string }
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'end'; readonly subject: Subject }

export interface WaitOptions {
  /** Milliseconds; absent: for ever. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: WatchEvent) => void
}

export type WaitOutcome =
  | { readonly kind: 'finished'; readonly subject: Subject }
  | { readonly kind: 'still_pending'; readonly subject: Subject }

/** While something moves, three times a second; while nothing does, ever slower. */
const pollMs = { least: 300, growth: 1.25, most: 1_000, mostWithoutLog: 3_000 }
/** How often a waiting job's reason is looked into: it costs a request. */
const explainMs = 10_000

/**
 * Follows a job or run to its end: state changes, and with `logs` every log line once and how far it is now; of one that
 * was over before, no progress any more. Ends without an `end` event when the signal is aborted or `until` (the clock's time) has come.
 * Returns the subject as it was last seen.
 */
export async function* follow(
  context: QueueContext,
  first: Subject,
  options: { readonly signal?: AbortSignal; readonly until?: number; readonly logs: boolean },
): AsyncGenerator<WatchEvent, Subject> {
  const outage = new Outage(context.clock)
  const logs = options.logs ? new LogReader(context.broker) : null
  let subject = first
  let shown = ''
  let interval = pollMs.least
  let explainedAt = Number.NEGATIVE_INFINITY
  while (!options.signal?.aborted) {
    const explain = context.clock() - explainedAt >= explainMs
    if (explain) explainedAt = context.clock()
    const look = await outage.bridge(async () => {
      const seen = await observe(context, subject, { explain })
      return { seen, lines: logs ? await logs.readNew(await workflowJobsOf(context, seen)) : [] }
    })
    if (look) {
      const { seen, lines } = look
      subject = seen.subject
      const state = stateEvent(seen)
      const isFirstLook = shown === ''
      const isNews = JSON.stringify(state) !== shown
      shown = JSON.stringify(state)
      // A job, or an attempt, that is at its end shows its last lines before it says so.
      const isEnd = seen.isFinal || state.state === 'pending'
      if (isNews && !isEnd) yield state
      yield* lineEvents(lines, { progress: !(seen.isFinal && isFirstLook) })
      if (isNews && isEnd) yield state
      if (seen.isFinal) {
        yield { kind: 'end', subject }
        return subject
      }
      interval = nextInterval(interval, isNews || lines.length > 0, logs === null || logs.isLive)
    } else {
      interval = pollMs.mostWithoutLog
    }
    const left = options.until === undefined ? interval : options.until - context.clock()
    if (left <= 0) return subject
    await context.sleep(Math.min(interval, left), options.signal)
  }
  return subject
}

/** Of all the progress that was made since the last look, the newest tells how far it is. */
function* lineEvents(
  lines: readonly LogLine[],
  options: { readonly progress: boolean },
): Generator<WatchEvent> {
  const read = lines.map(line => ({ line, progress: parseProgress(line.text) }))
  const newest = read.findLast(({ progress }) => progress !== null)
  for (const entry of read) {
    if (entry.progress === null) yield { kind: 'log', ...entry.line }
    else if (entry === newest && options.progress) yield { kind: 'progress', progress: entry.progress }
  }
}

/** Waits for the end of a job or run. */
export async function wait(
  context: QueueContext,
  first: Subject,
  options: WaitOptions,
): Promise<WaitOutcome> {
  const until = options.timeoutMs === undefined ? {} : { until: context.clock() + options.timeoutMs }
  const signal = options.signal ? { signal: options.signal } : {}
  const events = follow(context, first, { ...until, ...signal, logs: false })
  for (;;) {
    const { done, value } = await events.next()
    if (done) return { kind: 'still_pending', subject: value }
    options.onEvent?.(value)
    if (value.kind === 'end') return { kind: 'finished', subject: value.subject }
  }
}

function nextInterval(interval: number, isMoving: boolean, isLive: boolean): number {
  if (isMoving) return pollMs.least
  return Math.min(interval * pollMs.growth, isLive ? pollMs.most : pollMs.mostWithoutLog)
}

function stateEvent({ subject, workflowJobs }: Observation): WatchEvent & { kind: 'state' } {
  if (subject.kind === 'job') {
    const { state, reason, runnerName: runner } = subject.job
    return { kind: 'state', state, reason, runner }
  }
  const runner = workflowJobs.find(job => job.runnerName !== null)?.runnerName ?? null
  return { kind: 'state', state: subject.run.conclusion ?? subject.run.status, reason: null, runner }
}
