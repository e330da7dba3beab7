import type { WorkflowJob } from '../../model/run.ts'
import { explainDecision } from '../../policy/explain.ts'
import type { JobView, RunView } from '../../queue/queue.ts'
import { addBrokerOptions } from '../broker-options.ts'
import { command } from '../command.ts'
import { addJsonOption, type JsonFields, parseJsonFields, writeJson } from '../json-output.ts'
import { printable } from '../streams.ts'
import { jobRecord, runRecord, subjectFields } from '../subject.ts'

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
    const queue = await (await context.relayq()).queue()
    const seen = await queue.view(id)
    if (json) writeJson(context.streams, recordOf(seen), json)
    else context.streams.out.write(`${printable(describe(seen).join('\n'))}\n`)
    return 0
  },
})

function recordOf(seen: JobView | RunView) {
  const { workflowJobs } = seen
  if (seen.kind === 'run')
    return { ...runRecord(seen.run), waiting: null, attempts: [], events: [], workflowJobs }
  const { job, waiting, attempts, events } = seen
  return { ...jobRecord(job, urlOf(seen)), waiting, attempts, events, workflowJobs }
}

function describe(seen: JobView | RunView): readonly string[] {
  if (seen.kind === 'run') {
    const { run } = seen
    return [
      `${run.title}  ${run.conclusion ?? run.status}`,
      run.url,
      ...seen.workflowJobs.flatMap(describeJob),
    ]
  }
  const { job, waiting, decision, attempts, events } = seen
  const url = urlOf(seen)
  return [
    `${job.id}  ${job.kind}  ${job.state}${job.reason ? `: ${job.reason}` : ''}`,
    ...Object.entries(job.inputs).map(([name, value]) => `  ${name}=${String(value)}`),
    ...(url === null ? [] : [url]),
    ...(waiting ? [`waiting since ${waiting.since}: ${waiting.reason}`] : []),
    ...(decision ? ['decision', ...explainDecision(decision).map(line => `  ${line}`)] : []),
    'attempts',
    ...attempts.map(({ id, state, runnerName, reason }) =>
      ['', id, state, runnerName ?? '', reason ?? ''].join('  ').trimEnd(),
    ),
    ...seen.workflowJobs.flatMap(describeJob),
    'events',
    ...events.map(({ at, type }) => `  ${at}  ${type}`),
  ]
}

function describeJob(job: WorkflowJob): readonly string[] {
  const runner = job.runnerName === null ? '' : ` on ${job.runnerName}`
  return [
    `${job.name}  ${job.conclusion ?? job.status}${runner}`,
    ...job.steps.map(step => `  ${step.number}  ${step.name}  ${step.conclusion ?? step.status}`),
  ]
}

function urlOf({ attempts }: JobView): string | null {
  return attempts.at(-1)?.runUrl ?? null
}
