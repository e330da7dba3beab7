import type { Millis } from '../base/clock.ts'
import { RelayError } from '../base/errors.ts'
import { randomId } from '../base/id.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { attemptOfTitle } from '../model/attempt-id.ts'
import { kindOfWorkflow } from '../model/kinds.ts'
import type { Run } from '../model/run.ts'
import { type QueueContext, timestamp } from './context.ts'

/** So many of the newest runs are looked through: one page, which is short enough to cost little. */
const looked = 50
/** A run that was over for longer when it was first seen is no news to anybody. */
const newsMs: Millis = 86_400_000

/**
 * Makes jobs of the runs that nobody submitted here: started from GitHub's page, by gh, or from another machine. Their
 * inputs are not known, so they are followed and never attempted again. Runs of cancelled attempts that were not known of
 * when those were cancelled are ended.
 */
export async function adoptRuns(context: QueueContext): Promise<readonly LedgerJob[]> {
  const { broker, ledger } = context
  const runs = await broker.listRuns({ most: looked })
  for (const run of runs) await endForgotten(context, run)
  const nameless = kindsSentWithoutName(context)
  return runs.flatMap(run => {
    const kind = kindOfWorkflow(run.workflowPath)
    if (!kind || nameless.has(kind.name) || isOldNews(run, context.clock()) || isOwn(context, run)) return []
    const adopted = ledger.adoptRun({
      jobId: `j${randomId(11)}`,
      broker: broker.id,
      kind: kind.name,
      workflow: run.workflowPath,
      runId: run.id,
      runUrl: run.url,
      createdAt: new Date(run.createdAt).toISOString(),
      now: timestamp(context),
    })
    return adopted ? [adopted] : []
  })
}

function isOldNews({ status, updatedAt }: Run, now: Millis): boolean {
  return status === 'completed' && now - Date.parse(updatedAt) > newsMs
}

/** A run of such a kind may be that of an attempt which is on its way, and cannot be told by its name: it is looked at later. */
function kindsSentWithoutName({ broker, ledger }: QueueContext): ReadonlySet<string> {
  const sent = ledger.listActive(broker.id, { sent: true })
  const nameless = sent.filter(({ newest }) => newest && !newest.isTraceable && newest.runId === null)
  return new Set(nameless.map(({ job }) => job.kind))
}

/** The run of an attempt whose answer was lost is found by its name, and is no stranger. */
function isOwn({ ledger }: QueueContext, { title }: Run): boolean {
  const attempt = attemptOfTitle(title)
  return attempt !== null && ledger.getJob(attempt.job) !== null
}

/**
 * Its sender died before it could note the run, and the job was cancelled before it was listed; or it was sent twice. One
 * that cannot be ended now is tried again with the next look, and keeps no other from its own.
 */
async function endForgotten(context: QueueContext, { id, title, status }: Run): Promise<void> {
  const { broker, ledger } = context
  const named = status === 'completed' ? null : attemptOfTitle(title)
  if (named === null) return
  const attempt = ledger.listAttempts(named.job).find(({ number }) => number === named.number)
  if (attempt?.state !== 'cancelled' || attempt.runId === id) return
  try {
    await broker.cancelRun(id)
  } catch (error) {
    if (!(error instanceof RelayError)) throw error
    const type = 'run_not_cancelled'
    const isTold = ledger
      .listEvents(named.job)
      .some(event => event.type === type && event.detail['run'] === id)
    if (!isTold) ledger.appendEvent(named.job, type, { run: id, message: error.message }, timestamp(context))
  }
}
