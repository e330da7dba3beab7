import { type ErrorCode, errorCodes } from '../base/errors.ts'
import type { LedgerJob } from '../ledger/records.ts'
import { jobStates } from '../model/job.ts'
import { jobName } from '../model/job-name.ts'
import type { Run } from '../model/run.ts'
import { type Subject, subjectId } from '../queue/subject.ts'
import { printable, type Streams } from './streams.ts'

/** The fields of a job or run in `--json`; a run that is no job of ours has the same, with kind null. `name` is what it is about. */
export const subjectFields = [
  'id',
  'kind',
  'name',
  'state',
  'reason',
  'failure',
  'inputs',
  'priority',
  'pin',
  'batch',
  'after',
  'notBefore',
  'source',
  'decision',
  'runner',
  'url',
  'createdAt',
  'finishedAt',
] as const

export function subjectRecord(subject: Subject): Readonly<Record<(typeof subjectFields)[number], unknown>> {
  return subject.kind === 'job' ? jobRecord(subject.job) : runRecord(subject.run)
}

export function jobRecord(job: LedgerJob) {
  const { id, kind, state, reason, failure, inputs, priority, pin, decision } = job
  const name = jobName(inputs)
  const { batch, after, notBefore, source, createdAt, finishedAt } = job
  const { runnerName: runner, runUrl: url } = job
  return {
    ...{ id, kind, name, state, reason, failure, inputs, priority, pin, batch, after, notBefore, source },
    ...{ decision, runner, url, createdAt, finishedAt },
  }
}

export function runRecord(run: Run) {
  const { id, title: name, url, createdAt, updatedAt } = run
  const finishedAt = run.conclusion === null ? null : updatedAt
  const none = { reason: null, failure: null, inputs: null, priority: 0, pin: null, batch: null, after: [] }
  const unknown = { notBefore: null, source: null, decision: null, runner: null }
  return { id, kind: null, name, state: stateOfRun(run), ...none, ...unknown, url, createdAt, finishedAt }
}

export function stateOfSubject(subject: Subject): string {
  return subject.kind === 'job' ? subject.job.state : stateOfRun(subject.run)
}

function stateOfRun(run: Run): string {
  return run.conclusion ?? run.status
}

/** One line of those that ended: for people in columns, for programs with tabs. */
export function endInWords(subject: Subject, { isTTY }: Pick<Streams, 'isTTY'>): string {
  const state = stateOfSubject(subject)
  const cells = [subjectId(subject), isTTY ? state.padEnd(longestState) : state, nameOfSubject(subject) ?? '']
  return cells
    .map(cell => printable(cell).replace(/[\t\n]/g, ' '))
    .join(isTTY ? '  ' : '\t')
    .trimEnd()
}

const longestState = Math.max(...jobStates.map(state => state.length))

/** What a person knows it by; null: that is not known. */
function nameOfSubject(subject: Subject): string | null {
  return subject.kind === 'job' ? jobName(subject.job.inputs) : subject.run.title
}

/** How a command ends that waited for this job or run. */
export function exitCodeOfSubject(subject: Subject): number {
  const state = stateOfSubject(subject)
  if (state === 'succeeded' || state === 'success') return 0
  const code = codeOfEnd(state)
  if (code === 'job_cancelled') return errorCodes[code]
  const isOver = subject.kind === 'run' ? subject.run.status === 'completed' : state === 'failed'
  return isOver ? errorCodes[code] : errorCodes.still_pending
}

/** What is said of a job or run that is over and did not leave what was asked for. */
export function codeOfEnd(state: string): Extract<ErrorCode, 'job_cancelled' | 'job_failed'> {
  return state === 'cancelled' || state === 'expired' ? 'job_cancelled' : 'job_failed'
}
