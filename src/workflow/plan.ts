import { RelayError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { TemplateToken } from '../model/template-token.ts'
import { type ConcurrencySetting, readConcurrency } from './concurrency.ts'
import { conditionHolds, type ExpressionScope } from './expression.ts'
import { type JobResult, jobStatusFunctions } from './functions.ts'
import { type JobInstance, planInstances } from './plan-instances.ts'
import { evaluateString } from './tokens.ts'
import type { JobTemplate, Workflow } from './workflow.ts'

export interface PlanContexts {
  readonly github: JsonObject
  readonly inputs: JsonObject
  readonly vars: JsonObject
  /** The job's direct needs, by key. */
  readonly needs: Readonly<Record<string, NeedResult>>
  /** Results of all jobs it needs, directly or not; those of `needs` alone when left out. */
  readonly ancestors?: readonly JobResult[]
}

export interface NeedResult {
  readonly result: JobResult
  readonly outputs: Readonly<Record<string, string>>
}

export type JobPlan =
  | { readonly kind: 'skipped' }
  /** An expression could not be evaluated: the job fails without running, with this as its annotation. */
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'ready'
      /** null: as many at once as there are runners. */
      readonly maxParallel: number | null
      readonly failFast: boolean
      readonly instances: readonly JobInstance[]
    }

/** A run's title: its `run-name`, or the workflow's name where that is absent or blank. Throws RelayError `invalid_workflow`. */
export function evaluateRunName(workflow: Workflow, contexts: PlanContexts): string {
  return evaluateString(workflow.runName, runScope(contexts)).trim() || workflow.name
}

/** A run's concurrency group; null when none is declared. Throws RelayError `invalid_workflow`. */
export function evaluateConcurrency(token: TemplateToken, contexts: PlanContexts): ConcurrencySetting | null {
  return readConcurrency(token, runScope(contexts))
}

/**
 * What becomes of a job whose needs have all ended: skipped by its `if`, or one instance per combination of its matrix.
 * Pure; never throws for what the workflow says.
 */
export function planJob(
  workflow: Workflow,
  job: JobTemplate,
  contexts: PlanContexts,
  state: { readonly cancelled: boolean },
): JobPlan {
  const results = Object.entries(contexts.needs).map(([key, need]) => [key, need.result] as const)
  const functions = jobStatusFunctions({
    ancestors: contexts.ancestors ?? results.map(([, result]) => result),
    needs: new Map(results),
    cancelled: state.cancelled,
  })
  const scope = { contexts: { ...runScope(contexts).contexts, needs: needsContext(contexts.needs) } }
  try {
    if (!conditionHolds(job.condition, { ...scope, functions })) return { kind: 'skipped' }
    return { kind: 'ready', ...planInstances(job, scope) }
  } catch (thrown) {
    if (!(thrown instanceof RelayError)) throw thrown
    return { kind: 'failed', message: `${workflow.path}: job '${job.key}': ${thrown.message}` }
  }
}

/** The jobs so that each stands behind all it needs, else in the order of the file. Throws RelayError on a cycle. */
export function jobsInOrder(workflow: Workflow): JobTemplate[] {
  const ordered: JobTemplate[] = []
  const placed = new Set<string>()
  let waiting = [...workflow.jobs]
  while (waiting.length > 0) {
    const ready = waiting.filter(job => job.needs.every(need => placed.has(need)))
    if (ready.length === 0) throw unreachable(workflow, waiting)
    for (const job of ready) placed.add(job.key)
    ordered.push(...ready)
    waiting = waiting.filter(job => !placed.has(job.key))
  }
  return ordered
}

function runScope({ github, inputs, vars }: PlanContexts): ExpressionScope {
  return { contexts: { github, inputs, vars } }
}

function needsContext(needs: PlanContexts['needs']): JsonObject {
  return Object.fromEntries(
    Object.entries(needs).map(([key, { result, outputs }]) => [key, { result, outputs: { ...outputs } }]),
  )
}

/** Only for workflows that were not parsed: the parser refuses cycles and unknown needs with their line. */
function unreachable(workflow: Workflow, jobs: readonly JobTemplate[]): RelayError {
  const keys = jobs.map(job => `'${job.key}'`).join(', ')
  return new RelayError(
    'invalid_workflow',
    `${workflow.path}: jobs ${keys} need each other or a job that is not there`,
  )
}
