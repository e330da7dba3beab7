import { RelayError } from '../base/errors.ts'
import type { LedgerAttempt, LedgerJob } from '../ledger/records.ts'
import { isFinalAttemptState, isFinalJobState } from '../model/job.ts'
import type { WorkflowJob } from '../model/run.ts'
import { beginAttempt, recoverAttempt, settleMs } from './attempt.ts'
import { type QueueContext, timestamp } from './context.ts'
import { finishAttempt } from './finish.ts'
import { settleReadiness } from './readiness.ts'
import { dropFile } from './relayed-files.ts'
import { seeRun } from './see-run.ts'
import { isSupervised } from './supervisor-lease.ts'
import { explainWait, listRunners } from './wait-reason.ts'

export interface Reconciled {
  readonly job: LedgerJob
  /** Of the newest attempt's run; empty while there is none, and once the job was final before. */
  readonly workflowJobs: readonly WorkflowJob[]
}

/**
 * Brings a job's state up to what the broker says of its newest attempt, and goes on with one that was cut short.
 * `explain`: also find out why a queued job waits (one more request). Throws what the broker throws, and `job_not_found`
 * for a job that was removed meanwhile.
 */
export async function reconcile(
  context: QueueContext,
  { id }: Pick<LedgerJob, 'id'>,
  options: { readonly explain?: boolean } = {},
): Promise<Reconciled> {
  // Other processes move it too: what the caller has seen of it may be over.
  const job = requireJob(context, id)
  if (isFinalJobState(job.state)) return { job, workflowJobs: [] }
  const written = context.ledger.newestAttempt(job.id)
  if (!written || isFinalAttemptState(written.state)) await beginNext(context, job, written)
  else if (written.state === 'prepared' || written.state === 'unknown')
    await recoverAttempt(context, job, written)
  const attempt = context.ledger.newestAttempt(job.id)
  // Before the run: a runner that is busy while the run still waits is then busy with something else.
  const runners = attempt?.state === 'dispatched' && options.explain ? await listRunners(context) : null
  const workflowJobs = attempt ? await followRun(context, job, attempt) : []
  if (attempt && runners) explainWait(context, job, attempt, runners)
  const current = context.ledger.getJob(job.id) ?? job
  await dropFile(context, current)
  return { job: current, workflowJobs }
}

function requireJob({ ledger }: QueueContext, id: string): LedgerJob {
  const job = ledger.getJob(id)
  if (job) return job
  throw new RelayError('job_not_found', `Job ${id} was removed from the ledger.`, {
    hint: 'relayq list shows the jobs there are.',
  })
}

/** Begins the attempt after `last` when the job may go out, and no supervisor is there to say when. */
async function beginNext(context: QueueContext, job: LedgerJob, last: LedgerAttempt | null): Promise<void> {
  const readiness = settleReadiness(context, job)
  if (readiness.kind !== 'ready' || isSupervised(context)) return
  await beginAttempt(context, job, (last?.number ?? 0) + 1)
}

async function followRun(
  context: QueueContext,
  job: LedgerJob,
  attempt: LedgerAttempt,
): Promise<readonly WorkflowJob[]> {
  if (attempt.runId === null || isFinalAttemptState(attempt.state)) return []
  const seen = await seeRun(context, attempt.runId)
  if (!seen) {
    giveUpVanished(context, attempt)
    return []
  }
  const { run, workflowJobs } = seen
  const taken = workflowJobs.find(job => job.runnerName !== null && job.status !== 'queued')
  const runnerName = taken?.runnerName ?? attempt.runnerName
  if (taken && attempt.state === 'dispatched') {
    const move = { attemptId: attempt.id, now: timestamp(context), at: taken.startedAt, runnerName }
    context.ledger.moveAttempt({ ...move, to: 'running' })
  }
  if (run.status === 'completed') {
    await finishAttempt(context, { job, attempt: { ...attempt, runnerName }, run, workflowJobs })
  }
  return workflowJobs
}

/** A run just made may not be readable everywhere yet; one that stays away was deleted. */
function giveUpVanished(context: QueueContext, attempt: LedgerAttempt): void {
  if (context.clock() - Date.parse(attempt.sentAt ?? attempt.createdAt) < settleMs) return
  const reason = `run ${attempt.runId} no longer exists at the broker`
  context.ledger.moveAttempt({ attemptId: attempt.id, to: 'failed', now: timestamp(context), reason })
}
