import type { LedgerAttempt } from '../../ledger/records.ts'
import { failureClasses } from '../../model/failure.ts'
import { parseRelayedFile } from '../../model/relayed-file.ts'
import type { Run, WorkflowJob } from '../../model/run.ts'
import { explainDecision } from '../../policy/explain.ts'
import type { JobView } from '../../queue/job-view.ts'
import type { Queue, RunView } from '../../queue/queue.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { resultLeftBy } from '../end-of-subject.ts'
import { eventInWords } from '../event-words.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { currentOrLastKnown } from '../last-known.ts'
import { printable } from '../streams.ts'
import { jobRecord, runRecord, subjectFields } from '../subject.ts'
import { type Times, timesFor } from '../times.ts'

export interface ViewOptions {
  readonly id: string
  readonly json: JsonFields
}

const fields = [...subjectFields, 'waiting', 'attempts', 'events', 'workflowJobs'] as const

/** One job or run: its state, why, where, and everything that happened to it. */
export const view = command<ViewOptions>({
  define: command => {
    addBrokerOptions(command).argument('<id>', 'job id, run id or run URL')
    addJsonOption(command, fields)
  },
  parse: ([id = ''], flags) => ({ id, json: parseJsonFields(flags, fields) }),
  run: async ({ id, json }, context) => {
    const { seen, hint } = await currentOrLastKnown(
      context,
      async queue => {
        const seen = await queue.view(id)
        return { seen, hint: json ? null : await hintFor(seen, queue) }
      },
      async history => {
        const seen = await history.view(id)
        return seen && { seen, hint: null }
      },
    )
    if (json) {
      writeJson(context.streams, recordOf(seen), json)
      return 0
    }
    const times = timesFor(context.streams, new Date())
    const [headline = '', ...more] =
      seen.kind === 'run' ? describeRun(seen.run, seen.workflowJobs) : describeJob(seen, times)
    const lines = [headline, ...(hint === null ? [] : [`  ${hint}`]), ...more]
    context.streams.out.write(`${printable(lines.join('\n'))}\n`)
    return 0
  },
})

/** What mends the failure of a job, as the machine said that did it; null: it did not fail, or said nothing. */
async function hintFor(seen: JobView | RunView, queue: Queue): Promise<string | null> {
  const isFailed = seen.kind === 'run' ? seen.run.conclusion === 'failure' : seen.job.state === 'failed'
  if (!isFailed) return null
  const id = seen.kind === 'run' ? String(seen.run.id) : seen.job.id
  return (await resultLeftBy(id, queue))?.error?.hint ?? null
}

function recordOf(seen: JobView | RunView) {
  const { workflowJobs } = seen
  if (seen.kind === 'run')
    return { ...runRecord(seen.run), waiting: null, attempts: [], events: [], workflowJobs }
  const { job, waiting, attempts, events } = seen
  return { ...jobRecord(job), waiting, attempts, events, workflowJobs }
}

function describeRun(run: Run, workflowJobs: readonly WorkflowJob[]): readonly string[] {
  return [
    `${run.title}  ${run.conclusion ?? run.status}`,
    run.url,
    ...section('steps', workflowJobs.flatMap(describeWorkflowJob)),
  ]
}

function describeJob(seen: JobView, times: Times): readonly string[] {
  const { job, decision, attempts, events, workflowJobs } = seen
  return [
    headline(seen),
    ...describeWait(seen, times),
    ...(job.batch === null ? [] : [`of the batch ${job.batch}`]),
    ...(job.source === 'adopted' ? ['started elsewhere: its inputs are not known'] : []),
    ...(job.runUrl === null ? [] : [job.runUrl]),
    ...section(
      'inputs',
      Object.entries(job.inputs).map(([name, value]) => `${name}=${inputInWords(String(value))}`),
    ),
    ...section(
      'after',
      seen.after.map(({ id, state }) => `${id}  ${state ?? 'not known any more'}`),
    ),
    ...section('decision', decision ? explainDecision(decision) : []),
    ...section('attempts', hasStory(attempts) ? attempts.map(describeAttempt) : []),
    ...section('steps', workflowJobs.flatMap(describeWorkflowJob)),
    ...section(
      'events',
      events.map(event => `${times.at(event.at)}  ${eventInWords(event)}`),
    ),
  ]
}

/** Of a file that was sent along, what a person knows it by. */
function inputInWords(value: string): string {
  const file = parseRelayedFile(value)
  return file ? `${file.name}, ${file.bytes} bytes${file.isEncrypted ? ', encrypted' : ''}` : value
}

function headline({ job, waiting }: JobView): string {
  const where = job.runnerName === null ? '' : ` on ${job.runnerName}`
  const failure = job.failure === null ? '' : ` (${job.failure}: ${failureClasses[job.failure]})`
  const why = waiting === null && job.reason !== null ? `: ${job.reason}` : ''
  return `${job.id}  ${job.kind}  ${job.state}${where}${why}${failure}`
}

/** Why it waits and for how long, and when it is expected to be done. */
function describeWait({ job, waiting, decision }: JobView, times: Times): readonly string[] {
  const finish = job.finishedAt === null ? (decision?.expectedFinish ?? null) : null
  const ahead = waiting?.ahead ? `; ${waiting.ahead} before it` : ''
  return [
    ...(waiting ? [`${times.within(waiting.reason)}, since ${times.at(waiting.since)}${ahead}`] : []),
    ...(finish === null ? [] : [`expected to be done at ${times.at(finish)}`]),
  ]
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [heading, ...lines.map(line => `  ${line}`)]
}

/** What one attempt tells that ran its course stands in the job's own line. */
function hasStory(attempts: readonly LedgerAttempt[]): boolean {
  return attempts.length > 1 || attempts.some(({ givenUp }) => givenUp !== null)
}

function describeAttempt({ id, state, runnerName, reason, failure, givenUp }: LedgerAttempt): string {
  const runner = runnerName === null ? '' : ` on ${runnerName}`
  const word = givenUp === null ? failure : `given up: ${givenUp.because}`
  const words = [...(word === null ? [] : [`(${word})`]), ...(reason === null ? [] : [reason])]
  return `${id}  ${state}${runner}${words.length === 0 ? '' : `: ${words.join(' ')}`}`
}

function describeWorkflowJob({
  name,
  status,
  conclusion,
  runnerName,
  steps,
}: WorkflowJob): readonly string[] {
  const runner = runnerName === null ? '' : ` on ${runnerName}`
  const width = Math.max(0, ...steps.map(step => step.name.length))
  return [
    `${name}${runner}: ${conclusion ?? status}`,
    ...steps.map(step => `  ${step.name.padEnd(width)}  ${step.conclusion ?? step.status}`),
  ]
}
