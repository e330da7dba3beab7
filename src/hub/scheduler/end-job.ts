import type { Annotation, Conclusion } from '../../model/run.ts'
import { insertJobAnnotation } from '../store/annotations.ts'
import { completeJob, type StoredJob } from '../store/jobs.ts'
import { deleteRunner, findRunner } from '../store/runners.ts'
import { closeSteps } from '../store/steps.ts'
import type { Change } from './change.ts'
import { leaveGroup } from './leave-group.ts'

export interface JobEnding {
  readonly conclusion: Conclusion
  readonly annotations: readonly Annotation[]
  readonly outputs?: Readonly<Record<string, string>>
  /** What becomes of the step that was running. */
  readonly runningStep?: 'failure' | 'cancelled'
}

/** The only way a job ends. False when it had ended before, in which case nothing is changed. */
export function endJob(change: Change, job: StoredJob, ending: JobEnding): boolean {
  const { db, now } = change
  const outputs = ending.outputs ?? {}
  if (!completeJob(db, job, { conclusion: ending.conclusion, outputs }, now)) return false
  for (const annotation of ending.annotations) insertJobAnnotation(db, job.id, annotation)
  closeSteps(db, job.id, ending.runningStep ?? 'cancelled', now)
  if (job.runnerId !== null) removeIfEphemeral(change, job.runnerId)
  leaveGroup(change, 'job', job.id)
  change.touched.add(job.runId)
  return true
}

/**
 * An ephemeral runner is registered for one job: the hub forgets it as soon as that job has ended
 * (docs/protocol.md, "Completion").
 */
function removeIfEphemeral({ db }: Change, runnerId: number): void {
  if (findRunner(db, runnerId)?.ephemeral) deleteRunner(db, runnerId)
}
