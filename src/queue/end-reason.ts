import { RelayError } from '../base/errors.ts'
import type { LedgerAttempt } from '../ledger/records.ts'
import { classifyFailure } from '../model/classify.ts'
import { type FailureClass, failureClasses } from '../model/failure.ts'
import type { JobResult } from '../model/result.ts'
import type { Annotation, Run, WorkflowJob } from '../model/run.ts'
import { isCancelRequested } from './cancel-request.ts'
import type { QueueContext } from './context.ts'

const cancelledElsewhere = 'its machine was stopped, or the run was cancelled at the broker'

/** Why a run did not succeed: in words, and as a word that decides what follows. */
export interface EndReason {
  readonly reason: string
  readonly failure: FailureClass
}

/** Of a run that ended without success. The job's own word first, then the broker's. */
export async function explainEnd(
  context: QueueContext,
  attempt: LedgerAttempt,
  run: Run,
  workflowJobs: readonly WorkflowJob[],
  result: JobResult | null,
): Promise<EndReason> {
  const isCancelled = run.conclusion === 'cancelled'
  if (isCancelled && isCancelRequested(context, attempt))
    return { reason: 'on request', failure: 'cancelled' }
  if (attempt.givenUp) return { reason: attempt.givenUp.reason, failure: 'temporary' }
  if (isCancelled && wasNeverTaken(run, workflowJobs)) return { reason: queueLimit, failure: 'lost_runner' }
  const ended = workflowJobs.find(job => job.conclusion !== 'success' && job.conclusion !== 'skipped')
  const annotations = ended ? await readAnnotations(context, ended.id) : []
  const step = ended?.steps.find(({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out')
  const failure = classifyFailure({
    conclusion: run.conclusion,
    annotations,
    failedStep: step?.name ?? null,
    errorCode: result?.error?.code ?? null,
    exitCode: null,
  })
  if (failure === 'interrupted') return { reason: failureClasses.interrupted, failure }
  return { reason: inWords(run, annotations, step?.name ?? null, result), failure }
}

const queueLimit = 'GitHub ended it after a day in its queue'
/**
 * GitHub ends a job that no runner took within 24 hours, and says no more than `cancelled`
 * (docs/protocol.md, "Limits").
 */
const queueLimitMs = 23.5 * 3_600_000

function wasNeverTaken(run: Run, workflowJobs: readonly WorkflowJob[]): boolean {
  const waitedMs = Date.parse(run.updatedAt) - Date.parse(run.createdAt)
  return waitedMs >= queueLimitMs && workflowJobs.every(({ runnerName }) => runnerName === null)
}

function inWords(
  run: Run,
  annotations: readonly Annotation[],
  failedStep: string | null,
  result: JobResult | null,
): string {
  const isCancelled = run.conclusion === 'cancelled'
  // A job that is told to stop calls that its error; who told it is what people want to know.
  if (result?.error && !isCancelled) return `${result.error.code}: ${result.error.message}`
  const said = annotations.find(({ level }) => level === 'failure')
  if (said && !(isCancelled && result?.error)) return said.message
  if (isCancelled) return cancelledElsewhere
  return failedStep === null
    ? `the run ended as ${run.conclusion ?? 'unknown'}`
    : `the step "${failedStep}" failed`
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
