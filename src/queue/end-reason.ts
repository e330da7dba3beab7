import { RelayError } from '../base/errors.ts'
import type { LedgerAttempt } from '../ledger/records.ts'
import type { JobResult } from '../model/result.ts'
import type { Annotation, Run, WorkflowJob } from '../model/run.ts'
import type { QueueContext } from './context.ts'

const cancelledElsewhere = 'its machine was stopped, or the run was cancelled at the broker'

/** Why a run ended as it did, in words; null when it succeeded. The job's own word first, then the broker's. */
export async function explainEnd(
  context: QueueContext,
  attempt: LedgerAttempt,
  run: Run,
  workflowJobs: readonly WorkflowJob[],
  result: JobResult | null,
): Promise<string | null> {
  if (run.conclusion === 'success') return null
  const isCancelled = run.conclusion === 'cancelled'
  if (isCancelled && wasAskedFor(context, attempt)) return 'on request'
  // A job that is told to stop calls that its error; who told it is what people want to know.
  if (result?.error) return isCancelled ? cancelledElsewhere : `${result.error.code}: ${result.error.message}`
  const ended = workflowJobs.find(job => job.conclusion !== 'success' && job.conclusion !== 'skipped')
  if (!ended) return `the run ended as ${run.conclusion ?? 'unknown'}`
  const annotations = await readAnnotations(context, ended.id)
  const failure = annotations.find(annotation => annotation.level === 'failure')
  if (failure) return failure.message
  if (isCancelled) return cancelledElsewhere
  const step = ended.steps.find(({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out')
  return step ? `the step "${step.name}" failed` : `the run ended as ${run.conclusion ?? 'unknown'}`
}

function wasAskedFor({ ledger }: QueueContext, attempt: LedgerAttempt): boolean {
  return ledger.listEvents(attempt.jobId).some(event => event.type === 'cancel_requested')
}

/** Annotations need a right of their own (GitHub: checks); a token without it must not keep a job from ending. */
async function readAnnotations({ broker }: QueueContext, jobId: number): Promise<readonly Annotation[]> {
  try {
    return await broker.listAnnotations(jobId)
  } catch (error) {
    if (error instanceof RelayError && error.code === 'not_authorized') return []
    throw error
  }
}
