import type { Run, WorkflowJob } from '../model/run.ts'
import type { QueueContext } from './context.ts'

export interface SeenRun {
  readonly run: Run
  readonly workflowJobs: readonly WorkflowJob[]
}

/**
 * A run and its jobs. The jobs are asked for after it: of a run that is over they are over too, and say where it ran. null:
 * there is no such run.
 */
export async function seeRun(
  { broker }: Pick<QueueContext, 'broker'>,
  runId: number,
): Promise<SeenRun | null> {
  const run = await broker.getRun(runId)
  return run && { run, workflowJobs: await broker.listJobs(runId) }
}
