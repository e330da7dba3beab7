import { RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { isFinalJobState } from '../model/job.ts'
import type { Run, WorkflowJob } from '../model/run.ts'
import type { QueueContext } from './context.ts'
import { reconcile } from './reconcile.ts'

/** What an id of the user means: a job of the ledger, or a run nobody submitted here. */
export type Subject =
  | { readonly kind: 'job'; readonly job: LedgerJob }
  | { readonly kind: 'run'; readonly run: Run }

/** A subject as the broker shows it now. */
export interface Observation {
  readonly subject: Subject
  readonly isFinal: boolean
  readonly workflowJobs: readonly WorkflowJob[]
}

/** Finds what a job id, attempt id, run id or run URL means. Throws `job_not_found`. */
export async function resolveSubject(context: QueueContext, id: string): Promise<Subject> {
  const { broker, ledger } = context
  const runId = readRunId(id)
  if (runId === null) {
    const job = ledger.getJob(id.split('.')[0] ?? id)
    if (!job) throw notFound(context, id)
    if (job.broker !== broker.id) {
      throw new RelayError(
        'job_not_found',
        `Job ${id} belongs to ${job.broker}, not to ${broker.description}.`,
        {
          hint: 'Choose its broker with --broker and --repo.',
        },
      )
    }
    return { kind: 'job', job }
  }
  const job = ledger.findByRun(broker.id, runId)
  if (job) return { kind: 'job', job }
  const run = await broker.getRun(runId)
  if (!run) throw notFound(context, id)
  return { kind: 'run', run }
}

/** Asks the broker about a subject; a job's state in the ledger follows. `explain`: also why it waits. */
export async function observe(
  context: QueueContext,
  subject: Subject,
  options: { readonly explain?: boolean } = {},
): Promise<Observation> {
  if (subject.kind === 'job') {
    const { job, workflowJobs } = await reconcile(context, subject.job, options)
    return { subject: { kind: 'job', job }, isFinal: isFinalJobState(job.state), workflowJobs }
  }
  const { id } = subject.run
  const [run, workflowJobs] = await Promise.all([context.broker.getRun(id), context.broker.listJobs(id)])
  if (!run) throw notFound(context, String(id))
  return { subject: { kind: 'run', run }, isFinal: run.status === 'completed', workflowJobs }
}

/** A run's id from itself or from its URL, also one that points at a job of the run. */
function readRunId(id: string): number | null {
  const digits = /^\d{1,15}$/.exec(id)?.[0] ?? /\/actions\/runs\/(\d{1,15})(?:[/?#]|$)/.exec(id)?.[1]
  return digits === undefined ? null : Number(digits)
}

function notFound({ broker }: QueueContext, id: string): RelayError {
  return new RelayError(
    'job_not_found',
    `There is no job or run ${JSON.stringify(id)} at ${broker.description}.`,
    {
      hint: 'relayq list shows the jobs there are.',
    },
  )
}
