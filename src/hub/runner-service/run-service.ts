import type { Annotation, Conclusion } from '../../model/run.ts'
import type { JobMessage } from '../../protocol/job-message.ts'
import type { TaskResult } from '../../protocol/runner-api.ts'
import { runnerFits } from '../scheduler/assign.ts'
import { endJob } from '../scheduler/end-job.ts'
import type { HubFacts } from '../scheduler/planning.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import {
  claimJob,
  findJob,
  findJobByBackendId,
  jobsOfRun,
  runningJobOf,
  type StoredJob,
} from '../store/jobs.ts'
import { millisOf } from '../store/row.ts'
import type { StoredRunner } from '../store/runners.ts'
import { findRun, setRunStatus } from '../store/runs.ts'
import { sessionOfRunner } from '../store/sessions.ts'
import { saveStep } from '../store/steps.ts'
import { buildJobMessage } from './job-message.ts'
import type { JobTokens } from './job-tokens.ts'
import { maskSecrets } from './mask.ts'
import type { CompleteRequest } from './wire.ts'

export type Acquisition =
  | { readonly kind: 'acquired'; readonly job: StoredJob; readonly message: JobMessage }
  /** Another runner has it, or it may not run yet. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }

/** What a job's message is made of besides its row: see JobMessageParts. */
interface Surroundings {
  readonly runServiceUrl: string
  readonly resultsUrl: string
  readonly secrets: ReadonlyMap<string, string>
}

/**
 * The atomic claim (docs/protocol.md, "Claim"). The runner that has the job may ask again and gets the same message.
 */
export function acquireJob(
  scheduler: Scheduler,
  tokens: JobTokens,
  surroundings: Surroundings,
  request: { readonly runner: StoredRunner; readonly jobMessageId: string },
): Acquisition {
  return scheduler.change(({ db, facts, now }) => {
    const job = findJobByBackendId(db, request.jobMessageId)
    if (!job || job.status === 'completed') return { kind: 'gone' }
    const { runner } = request
    const sessionId = sessionOfRunner(db, runner.id)?.id ?? ''
    const repeated = job.status === 'in_progress' && job.runnerId === runner.id && job.sessionId === sessionId
    if (!repeated) {
      const free = runningJobOf(db, runner.id) === null && runnerFits(job.labels, runner.labels)
      if (!free) return { kind: 'conflict' }
      if (!claimJob(db, job, { runnerId: runner.id, runnerName: runner.name, sessionId }, now))
        return { kind: 'conflict' }
      setRunStatus(db, job.runId, 'in_progress', now)
    }
    return jobForRunner(scheduler, tokens, surroundings, facts, request.jobMessageId)
  })
}

function jobForRunner(
  { db }: Scheduler,
  tokens: JobTokens,
  surroundings: Surroundings,
  facts: HubFacts,
  backendId: string,
): Acquisition {
  const job = findJobByBackendId(db, backendId)
  const run = job && findRun(db, job.runId)
  const template = run?.workflow.jobs.find(({ key }) => key === job?.key)
  if (!job || !run || !template) return { kind: 'gone' }
  const message = buildJobMessage({
    ...surroundings,
    facts,
    run,
    job,
    template,
    jobs: jobsOfRun(db, run.id),
    runtimeToken: tokens.runtimeToken(job, run),
    githubToken: tokens.githubToken(job),
  })
  return { kind: 'acquired', job, message }
}

/**
 * The worker's last word (docs/protocol.md, "Completion"). False when the job had ended before: the first word stays.
 */
export function finishJob(
  scheduler: Scheduler,
  job: StoredJob,
  report: CompleteRequest,
  secrets: readonly string[],
): boolean {
  const annotations = [...report.stepResults.flatMap(step => step.annotations), ...report.annotations].map(
    ({ level, title, message }): Annotation => ({
      level,
      title: title ? maskSecrets(title, secrets) : null,
      message: maskSecrets(message, secrets),
    }),
  )
  return scheduler.change(change => {
    // Read again: it may have been told to stop, or have ended, while the report was on its way.
    const current = findJob(change.db, job.id)
    if (!current || current.status === 'completed') return false
    for (const step of report.stepResults) saveFinishedStep(change.db, current, step)
    return endJob(change, current, {
      conclusion: conclusionOf(report.conclusion, current),
      outputs: plainOutputs(report, secrets),
      annotations,
      runningStep: 'failure',
    })
  })
}

type FinishedStep = CompleteRequest['stepResults'][number]

function saveFinishedStep(db: Scheduler['db'], job: StoredJob, step: FinishedStep): void {
  const change = {
    externalId: step.external_id,
    number: step.number,
    name: step.name,
    status: 'completed',
    conclusion: step.conclusion ? taskConclusions[step.conclusion] : null,
    startedMs: millisOf(step.started_at),
    completedMs: millisOf(step.completed_at),
  } as const
  // No update that is still on its way may undo it.
  saveStep(db, job.id, change, Number.MAX_SAFE_INTEGER)
}

const taskConclusions: Readonly<Record<TaskResult, Conclusion>> = {
  succeeded: 'success',
  succeededWithIssues: 'success',
  failed: 'failure',
  abandoned: 'failure',
  canceled: 'cancelled',
  skipped: 'skipped',
}

/** A job that was told to stop and did not succeed all the same was cancelled, whatever its steps made of the signal. */
function conclusionOf(result: TaskResult, job: StoredJob): Conclusion {
  const conclusion = taskConclusions[result]
  return job.cancelMs !== null && conclusion === 'failure' ? 'cancelled' : conclusion
}

/** Outputs that hold a secret are dropped, as on GitHub: dependents would print them unmasked. */
function plainOutputs(report: CompleteRequest, secrets: readonly string[]): Record<string, string> {
  const plain = Object.entries(report.outputs).filter(
    ([, { value, isSecret }]) => !isSecret && maskSecrets(value, secrets) === value,
  )
  return Object.fromEntries(plain.map(([name, { value }]) => [name, value]))
}
