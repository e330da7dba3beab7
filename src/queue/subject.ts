import { RelayError } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { isFinalJobState } from '../model/job.ts'
import type { Run, WorkflowJob } from '../model/run.ts'
import type { QueueContext } from './context.ts'
import { reconcile } from './reconcile.ts'
import { seeRun } from './see-run.ts'

/** What an id of the user means: a job of the ledger, or a run nobody submitted here. */
export type Subject =
  | { readonly kind: 'job'; readonly job: LedgerJob }
  | { readonly kind: 'run'; readonly run: Run }

/** What it is called, whichever of its names was given. */
export function subjectId(subject: Subject): string {
  return subject.kind === 'job' ? subject.job.id : String(subject.run.id)
}

/** A subject as the broker shows it now. */
export interface Observation {
  readonly subject: Subject
  readonly isFinal: boolean
  readonly workflowJobs: readonly WorkflowJob[]
}

/** Finds what a job id, attempt id, run id or run URL means. Throws `job_not_found`. */
export async function resolveSubject(context: QueueContext, id: string): Promise<Subject> {
  const { broker, ledger } = context
  const named = readRunName(id)
  if (named === null) {
    const job = ledger.getJob(id.split('.')[0] ?? id)
    if (!job) throw notFound(context, id)
    if (job.broker !== broker.id) {
      throw new RelayError(
        'job_not_found',
        `Job ${id} belongs to ${job.broker}, not to ${broker.description}.`,
        { hint: 'Choose its broker with --broker and --repo.' },
      )
    }
    return { kind: 'job', job }
  }
  const { runId, page } = named
  const job = ledger.findByRun(broker.id, runId)
  if (job) {
    const attempt = ledger.listAttempts(job.id).find(attempt => attempt.runId === runId)
    if (isPageOf(page, attempt?.runUrl ?? null)) return { kind: 'job', job }
    throw notOfBroker(context, id)
  }
  const run = await broker.getRun(runId)
  if (!run) throw notFound(context, id)
  if (!isPageOf(page, run.url)) throw notOfBroker(context, id)
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
  const seen = await seeRun(context, id)
  if (!seen) throw notFound(context, String(id))
  const { run, workflowJobs } = seen
  return { subject: { kind: 'run', run }, isFinal: run.status === 'completed', workflowJobs }
}

/**
 * The jobs of a subject's run, also of a job that was final before it was observed. None where the broker does not give
 * them (any more): what is known of a job that is over must not hang on it.
 */
export async function workflowJobsOf(
  context: QueueContext,
  { subject, isFinal, workflowJobs }: Observation,
): Promise<readonly WorkflowJob[]> {
  if (workflowJobs.length > 0 || !isFinal || subject.kind === 'run') return workflowJobs
  const runId = context.ledger.newestAttempt(subject.job.id)?.runId ?? null
  if (runId === null) return []
  try {
    return await context.broker.listJobs(runId)
  } catch (error) {
    if (error instanceof RelayError) return []
    throw error
  }
}

const runPath = /^\/[^/]+\/[^/]+\/actions\/runs\/(\d{1,15})(?:\/|$)/
const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost', 'github.localhost'])

/** A run by its number, or by the address of a page of it, such as that of one of its jobs. */
function readRunName(id: string): { readonly runId: number; readonly page: URL | null } | null {
  if (/^\d{1,15}$/.test(id)) return { runId: Number(id), page: null }
  const page = URL.canParse(id) ? new URL(id) : null
  const runId = page ? runPath.exec(page.pathname)?.[1] : undefined
  return runId === undefined ? null : { runId: Number(runId), page }
}

/** Other repositories have runs of the same number: their pages must not pass for this one's. null: nothing to compare. */
function isPageOf(page: URL | null, runUrl: string | null): boolean {
  return page === null || runUrl === null || runAddress(page) === runAddress(new URL(runUrl))
}

/** Repository and run, without regard to case, as on GitHub; a hub on this machine goes by several names. */
function runAddress({ host, hostname, port, pathname }: URL): string {
  const server = loopbackHosts.has(hostname) ? `localhost:${port}` : host
  return `${server}${runPath.exec(pathname)?.[0].replace(/\/$/, '').toLowerCase()}`
}

function notOfBroker({ broker }: QueueContext, id: string): RelayError {
  return new RelayError('job_not_found', `${id} is not a run of ${broker.description}.`, {
    hint: 'Choose its broker with --broker and --repo.',
  })
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
