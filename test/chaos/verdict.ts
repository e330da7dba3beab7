import type { JobView } from '../../src/queue/job-view.ts'
import type { JobEvidence, SeenRun } from './evidence.ts'

/** What became of all jobs, and every promise that was broken, in words. */
export interface Verdict {
  readonly jobs: number
  readonly succeeded: number
  /** Reason → how many ended so. */
  readonly dead: ReadonlyMap<string, number>
  /** Jobs with more than one end, or more than one attempt that succeeded. */
  readonly deliveredTwice: number
  readonly attempts: number
  readonly runs: number
  /** Jobs whose work was done again because its machine died before the result was kept: allowed, and told. */
  readonly doneTwice: readonly string[]
  readonly broken: readonly string[]
}

/** Holds what happened to what is promised: each job is done once, or dead for a true reason. Pure. */
export function judge(evidence: readonly JobEvidence[]): Verdict {
  const dead = new Map<string, number>()
  for (const { view } of evidence) {
    const { state, failure, reason } = view.job
    if (state === 'succeeded' || view.job.finishedAt === null) continue
    const word = `${state}, ${failure ?? 'no class'}: ${(reason ?? 'no reason').slice(0, 80)}`
    dead.set(word, (dead.get(word) ?? 0) + 1)
  }
  return {
    jobs: evidence.length,
    succeeded: evidence.filter(({ view }) => view.job.state === 'succeeded').length,
    dead,
    deliveredTwice: evidence.filter(({ view }) => deliveries(view) > 1).length,
    attempts: evidence.reduce((sum, { view }) => sum + view.attempts.length, 0),
    runs: evidence.reduce((sum, { runs }) => sum + runs.length, 0),
    doneTwice: evidence.flatMap(one => (one.doneIn.length > 1 ? [inWords(one, 'done twice')] : [])),
    broken: evidence.flatMap(one => brokenBy(one).map(what => inWords(one, what))),
  }
}

function brokenBy(one: JobEvidence): readonly string[] {
  const { view, runs } = one
  if (view.job.finishedAt === null) return [`not over: ${view.job.state}, ${view.job.reason}`]
  const times = deliveries(view)
  return [
    ...(times === 1 ? [] : [`ended ${times} times`]),
    ...(view.job.state === 'succeeded' ? brokenBySuccess(one) : brokenByDeath(one)),
    ...overlaps(runs),
    ...needlessWork(one),
    ...interruptedWork(one),
  ]
}

/** Ends of the job, or attempts that succeeded, whichever are more. */
function deliveries({ events, attempts }: JobView): number {
  const ends = events.filter(({ type }) => /^job\.(succeeded|failed|cancelled|expired)$/.test(type))
  const succeeded = attempts.filter(({ state }) => state === 'succeeded')
  return Math.max(ends.length, succeeded.length)
}

function brokenBySuccess({ view, resultOf, doneIn }: JobEvidence): readonly string[] {
  const winner = view.attempts.at(-1)
  return [
    ...(resultOf?.startsWith(`${view.job.id}.`) ? [] : [`its result is of ${resultOf}`]),
    ...(winner?.runId != null && doneIn.includes(winner.runId)
      ? []
      : ['no work was done in the run that counts']),
  ]
}

/** A reason is true when no run has done the work and kept its result. */
function brokenByDeath({ view, runs, doneIn }: JobEvidence): readonly string[] {
  const { failure, reason } = view.job
  const done = runs.find(({ id, hasResult }) => hasResult && doneIn.includes(id))
  return [
    ...(failure === null || failure === 'unknown' || !reason ? ['it is not told why it died'] : []),
    ...(done ? [`it is dead, and run ${done.id} has its result`] : []),
  ]
}

function overlaps(runs: readonly SeenRun[]): readonly string[] {
  const taken = runs.filter(({ takenAt }) => takenAt !== null)
  return taken.flatMap((run, at) =>
    taken
      .slice(at + 1)
      .filter(other => isBetween(run, other) || isBetween(other, run))
      .map(other => `runs ${run.id} and ${other.id} were at work together`),
  )
}

function isBetween(run: SeenRun, other: SeenRun): boolean {
  const at = other.takenAt ?? 0
  return at > (run.takenAt ?? 0) && at < (run.endedAt ?? Number.POSITIVE_INFINITY)
}

/** Work that was done again although its result was there. */
function needlessWork({ view, runs, doneIn }: JobEvidence): readonly string[] {
  const winner = view.attempts.at(-1)?.runId
  const kept = runs.filter(({ id, hasResult }) => hasResult && doneIn.includes(id) && id !== winner)
  return kept.map(({ id }) => `run ${id} had done the work and kept its result, and does not count`)
}

/** Work that was taken from a machine which lived and was as good as done with it. */
function interruptedWork({ runs, doneIn }: JobEvidence): readonly string[] {
  const taken = runs.filter(
    ({ id, conclusion, hasResult }) => conclusion === 'cancelled' && !hasResult && doneIn.includes(id),
  )
  return taken.map(({ id }) => `run ${id} was cancelled when it had done the work`)
}

function inWords({ view, runs, doneIn }: JobEvidence, what: string): string {
  const each = runs.map(run => {
    const state = run.conclusion ?? 'open'
    return `${run.id} ${state}${run.hasResult ? ' with result' : ''}${doneIn.includes(run.id) ? ' done' : ''}`
  })
  return `${view.job.id}: ${what} (${each.join('; ')})`
}
