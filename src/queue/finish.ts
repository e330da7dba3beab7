import { asError, RelayError } from '../base/errors.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { attemptOfTitle } from '../model/attempt-id.ts'
import { machineLacks } from '../model/failure.ts'
import { attemptStateOfConclusion } from '../model/job.ts'
import type { JobResult } from '../model/result.ts'
import type { Run, WorkflowJob } from '../model/run.ts'
import { defaultRetry } from '../policy/default-retry.ts'
import type { RetryRule } from '../policy/policy.ts'
import { requestFor } from './attempt.ts'
import { isCancelRequested } from './cancel-request.ts'
import { type QueueContext, timestamp } from './context.ts'
import { explainEnd } from './end-reason.ts'
import { fetchResult } from './results.ts'
import { decideRetry, type RetryDecision } from './retry-decision.ts'
import { mayGoElsewhere } from './route.ts'

interface EndedRun {
  readonly job: LedgerJob
  readonly attempt: LedgerAttempt
  readonly run: Run
  readonly workflowJobs: readonly WorkflowJob[]
}

/**
 * Records how an attempt's run ended: with a result, for good, or so that the job is attempted again. Throws what keeps its
 * result from being fetched now, while that may pass.
 */
export async function finishAttempt(context: QueueContext, ended: EndedRun): Promise<void> {
  const { attempt, run, workflowJobs } = ended
  const result = await tryFetchResult(context, attempt, run)
  const ends = workflowJobs.flatMap(job => job.completedAt ?? []).toSorted()
  const move = { attemptId: attempt.id, now: timestamp(context), at: ends.at(-1) ?? run.updatedAt }
  const { runnerName } = attempt
  if (run.conclusion === 'success') {
    context.ledger.moveAttempt({ ...move, to: 'succeeded', runnerName })
    return
  }
  if (isWholeResult(result, attempt)) {
    // The machine was lost after its last word: the work is done, and is not done again.
    const reason = 'its result was whole when its run ended'
    context.ledger.moveAttempt({ ...move, to: 'succeeded', runnerName, reason })
    return
  }
  const end = await explainEnd(context, attempt, run, workflowJobs, result)
  const isSuperseded = end.failure === 'superseded'
  if (isSuperseded && (await followWinner(context, ended))) return
  // Two runs that each left the work to the other: it is nobody's, and is done anew.
  const failure = isSuperseded ? 'temporary' : end.failure
  const decision = await decide(context, ended, failure)
  context.ledger.moveAttempt({
    ...move,
    to: attemptStateOfConclusion(run.conclusion),
    runnerName,
    reason: withDecision(end.reason, decision),
    failure,
    retryAt: decision.kind === 'retry' ? new Date(decision.at).toISOString() : null,
  })
}

/** A result is waited for so long, in ms: without it the work of a lost machine would be done again. */
const resultPatienceMs = 300_000

/** A result that cannot be fetched at all does not keep a job from ending: `result` tries again, the event says why. */
async function tryFetchResult(
  context: QueueContext,
  attempt: LedgerAttempt,
  { updatedAt }: Run,
): Promise<JobResult | null> {
  try {
    return (await fetchResult(context, attempt))?.result ?? null
  } catch (error) {
    if (mayPass(error) && context.clock() - Date.parse(updatedAt) < resultPatienceMs) throw error
    const detail = { message: asError(error).message }
    context.ledger.appendEvent(attempt.jobId, 'result_not_fetched', detail, timestamp(context))
    return null
  }
}

/** Not `download_failed`: what was uploaded broken stays so. */
function mayPass(error: unknown): boolean {
  const passing = ['broker_unreachable', 'broker_unavailable', 'download_truncated']
  return error instanceof RelayError && passing.includes(error.code)
}

/** An artifact is seen only once it is whole; its own word says that it is this attempt's, and that the work was done. */
function isWholeResult(result: JobResult | null, attempt: LedgerAttempt): boolean {
  return result?.status === 'succeeded' && result.relayqId === attempt.id
}

/** So many of the newest runs are looked through for the other run of a job. */
const searchedRuns = 500

/** The attempt goes on as the run that has done its job, or does. False: there is none (any more). */
async function followWinner(context: QueueContext, { job, attempt, run }: EndedRun): Promise<boolean> {
  const runs = await context.broker.listRuns({ since: job.createdAt, most: searchedRuns })
  const others = runs.filter(other => other.id !== run.id && attemptOfTitle(other.title)?.job === job.id)
  const winner =
    others.find(other => other.conclusion === 'success') ?? others.find(other => other.status !== 'completed')
  if (!winner) return false
  if (isCancelRequested(context, attempt)) await context.broker.cancelRun(winner.id)
  return context.ledger.followRun(attempt, { id: winner.id, url: winner.url }, timestamp(context))
}

async function decide(
  context: QueueContext,
  { job, attempt }: EndedRun,
  failure: Parameters<typeof decideRetry>[1]['failure'],
): Promise<RetryDecision> {
  if (failure === 'cancelled' || job.source === 'adopted' || isCancelRequested(context, attempt)) {
    return { kind: 'over', reason: '' }
  }
  const attempts = context.ledger.listAttempts(job.id).filter(({ number }) => number <= attempt.number)
  const isElsewhere = failure !== machineLacks || (await mayAnotherTake(context, job, attempt))
  return decideRetry(
    await ruleFor(context, job.kind),
    { failure, attempts, budgetFrom: job.budgetFrom, isElsewhere },
    context.clock(),
  )
}

/** What cannot be asked now does not keep a job from ending: then it has another try. */
async function mayAnotherTake(
  context: QueueContext,
  job: LedgerJob,
  attempt: LedgerAttempt,
): Promise<boolean> {
  if (attempt.runnerName === null) return true
  try {
    return await mayGoElsewhere(context, { ...requestFor(job), lacksOn: attempt })
  } catch (error) {
    if (error instanceof RelayError) return true
    throw error
  }
}

/** A policy that cannot be read now must not keep a job from ending. */
async function ruleFor(context: QueueContext, kind: string): Promise<RetryRule> {
  try {
    return (await context.loadPolicy()).routes.get(kind)?.retry ?? defaultRetry
  } catch (error) {
    if (error instanceof RelayError && error.code === 'invalid_policy') return defaultRetry
    throw error
  }
}

function withDecision(reason: string, decision: RetryDecision): string {
  return decision.reason === '' ? reason : `${reason.replace(/\.$/, '')} (${decision.reason})`
}
