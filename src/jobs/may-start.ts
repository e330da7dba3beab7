import { type AttemptId, attemptOfTitle } from '../model/attempt-id.ts'
import type { Run } from '../model/run.ts'

/** This run, as it knows itself. */
export interface OwnRun {
  readonly id: number
  readonly attempt: AttemptId
  /** Runs that were given up: whatever they are doing counts for nothing. */
  readonly ignored: ReadonlySet<number>
}

export type StartDecision =
  | { readonly kind: 'start' }
  | {
      readonly kind: 'superseded'
      readonly by: Run
      /** done: it has the job's result. repeated: it was this very attempt, and is over. ahead: it is at work. */
      readonly why: 'done' | 'repeated' | 'ahead'
    }

/**
 * Whether this run is to do the job, in view of the other runs of its workflow. One result per job: a dispatch that was
 * sent twice and a run that was thought lost both end here, before anything is downloaded. Of two runs of one attempt
 * that are both at work, the older goes on.
 */
export function mayStart(own: OwnRun, runs: readonly Run[]): StartDecision {
  const brothers = runs.flatMap(run => {
    const attempt = attemptOfTitle(run.title)
    if (attempt?.job !== own.attempt.job || run.id === own.id || own.ignored.has(run.id)) return []
    return [{ run, isSameAttempt: attempt.number === own.attempt.number }]
  })
  const find = (why: 'done' | 'repeated' | 'ahead', applies: (brother: Brother) => boolean) => {
    const brother = brothers.find(applies)
    return brother ? [{ kind: 'superseded', by: brother.run, why } as const] : []
  }
  const [superseded] = [
    ...find('done', ({ run }) => run.conclusion === 'success'),
    ...find('repeated', ({ run, isSameAttempt }) => isSameAttempt && hasWorked(run)),
    ...find(
      'ahead',
      ({ run, isSameAttempt }) => run.status === 'in_progress' && (!isSameAttempt || run.id < own.id),
    ),
  ]
  return superseded ?? { kind: 'start' }
}

interface Brother {
  readonly run: Run
  readonly isSameAttempt: boolean
}

/** A run that was cancelled or skipped has left the work to others. */
function hasWorked({ status, conclusion }: Run): boolean {
  return status === 'completed' && conclusion !== 'cancelled' && conclusion !== 'skipped'
}
