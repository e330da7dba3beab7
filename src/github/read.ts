import { RelayError } from '../base/errors.ts'
import { isJsonObject } from '../base/json.ts'
import type {
  Annotation,
  Artifact,
  Conclusion,
  Run,
  RunStatus,
  WorkflowJob,
  WorkflowStep,
} from '../model/run.ts'
import type { Runner } from '../model/runner.ts'

/** GitHub's answers in the model's words. An answer without a field that the API promises is refused, not guessed. */

export function runFrom(answer: unknown): Run {
  const run = fieldsOf(answer, 'run')
  return {
    id: run.integer('id'),
    title: run.optionalText('display_title') ?? run.text('name'),
    status: run.text('status') as RunStatus,
    conclusion: run.optionalText('conclusion') as Conclusion | null,
    url: run.text('html_url'),
    // GHES adds the ref: `.github/workflows/x.yml@main`.
    workflowPath: run.text('path').split('@')[0] ?? '',
    createdAt: run.text('created_at'),
    updatedAt: run.text('updated_at'),
  }
}

export function jobFrom(answer: unknown): WorkflowJob {
  const job = fieldsOf(answer, 'job')
  return {
    id: job.integer('id'),
    runId: job.integer('run_id'),
    name: job.text('name'),
    status: job.text('status') as RunStatus,
    conclusion: job.optionalText('conclusion') as Conclusion | null,
    // An empty name is how GitHub shows a job no runner has taken.
    runnerName: job.optionalText('runner_name') || null,
    labels: job.list('labels').map(String),
    createdAt: job.optionalText('created_at') ?? job.text('started_at'),
    startedAt: job.optionalText('started_at'),
    completedAt: job.optionalText('completed_at'),
    steps: job.list('steps').map(stepFrom),
  }
}

export function artifactFrom(answer: unknown): Artifact {
  const artifact = fieldsOf(answer, 'artifact')
  return {
    id: artifact.integer('id'),
    name: artifact.text('name'),
    sizeBytes: artifact.integer('size_in_bytes'),
    expired: artifact.flag('expired'),
  }
}

export function annotationFrom(answer: unknown): Annotation {
  const annotation = fieldsOf(answer, 'annotation')
  const level = annotation.optionalText('annotation_level')
  return {
    level: level === 'notice' || level === 'warning' ? level : 'failure',
    title: annotation.optionalText('title') || null,
    message: annotation.optionalText('message') ?? '',
  }
}

export function runnerFrom(answer: unknown): Runner {
  const runner = fieldsOf(answer, 'runner')
  return {
    id: runner.integer('id'),
    name: runner.text('name'),
    os: runner.text('os'),
    status: runner.text('status') === 'online' ? 'online' : 'offline',
    busy: runner.flag('busy'),
    labels: runner.list('labels').map(label => fieldsOf(label, 'label').text('name')),
  }
}

function stepFrom(answer: unknown): WorkflowStep {
  const step = fieldsOf(answer, 'step')
  return {
    number: step.integer('number'),
    name: step.text('name'),
    status: step.text('status') as RunStatus,
    conclusion: step.optionalText('conclusion') as Conclusion | null,
  }
}

/** Reads the members of one object of an answer; `what` names it in the error. */
export function fieldsOf(answer: unknown, what: string) {
  if (!isJsonObject(answer)) throw unexpected(what, 'is not an object')
  const optionalText = (name: string): string | null => {
    const value = answer[name]
    return typeof value === 'string' ? value : null
  }
  return {
    /** As they came. */
    members: answer,
    optionalText,
    text(name: string): string {
      const value = optionalText(name)
      if (value === null) throw unexpected(what, `has no ${name}`)
      return value
    },
    integer(name: string): number {
      const value = answer[name]
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw unexpected(what, `has no ${name}`)
      return value
    },
    flag: (name: string): boolean => answer[name] === true,
    /** An object that `fieldsOf` reads in turn. */
    member: (name: string, what: string) => fieldsOf(answer[name], what),
    /** Empty when it is missing. */
    list(name: string): readonly unknown[] {
      const value = answer[name]
      return Array.isArray(value) ? value : []
    },
  }
}

function unexpected(what: string, how: string): RelayError {
  return new RelayError('protocol_mismatch', `The broker's answer is not GitHub's: a ${what} ${how}.`, {
    hint: 'Check that the address of the broker is the one of its REST API.',
  })
}
