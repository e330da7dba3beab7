import { RelayError } from '../base/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { TemplateToken } from '../model/template-token.ts'
import { toText } from './coerce.ts'
import { type ConcurrencySetting, readConcurrency } from './concurrency.ts'
import type { ExpressionScope } from './expression.ts'
import { type Combination, matrixCombinations } from './matrix.ts'
import { evaluateBoolean, evaluateNumber, evaluateString, evaluateToken } from './tokens.ts'
import type { JobTemplate } from './workflow.ts'

/** GitHub's default of `timeout-minutes`. */
const defaultTimeoutMinutes = 360

/** GitHub cuts longer names of jobs. */
const maxNameLength = 100

/** One job as it is offered to runners: an element of its job's matrix, or the job itself. */
export interface JobInstance {
  readonly name: string
  /** null: the job has no matrix. */
  readonly matrix: JsonObject | null
  readonly strategy: {
    readonly jobIndex: number
    readonly jobTotal: number
    readonly failFast: boolean
    readonly maxParallel: number
  }
  readonly runsOn: readonly string[]
  readonly timeoutMinutes: number
  readonly continueOnError: boolean
  readonly concurrency: ConcurrencySetting | null
}

interface PlannedInstances {
  readonly maxParallel: number | null
  readonly failFast: boolean
  readonly instances: readonly JobInstance[]
}

/** Evaluates a job's strategy, and its other keys once per combination. Throws RelayError `invalid_workflow`. */
export function planInstances(job: JobTemplate, scope: ExpressionScope): PlannedInstances {
  const strategyValue = evaluateToken(job.strategy, scope)
  const { failFast, maxParallel } = readStrategy(strategyValue)
  const combinations = matrixCombinations(strategyValue)
  const jobTotal = Math.max(1, combinations.length)
  const strategy = { jobTotal, failFast, maxParallel: maxParallel ?? jobTotal }
  const slots = combinations.length === 0 ? [null] : combinations
  const instances = slots.map((slot, jobIndex) => planInstance(job, scope, slot, { ...strategy, jobIndex }))
  return { failFast, maxParallel, instances }
}

function readStrategy(value: Json) {
  const declared = isJsonObject(value) ? value : {}
  const failFast = declared['fail-fast'] ?? true
  const maxParallel = declared['max-parallel'] ?? null
  if (typeof failFast !== 'boolean') throw invalid("'fail-fast' must be true or false")
  if (maxParallel !== null && (typeof maxParallel !== 'number' || maxParallel < 1)) {
    throw invalid("'max-parallel' must be a number above 0")
  }
  return { failFast, maxParallel }
}

function planInstance(
  job: JobTemplate,
  scope: ExpressionScope,
  combination: Combination | null,
  strategy: JobInstance['strategy'],
): JobInstance {
  const matrix = combination?.matrix ?? null
  const inner = { ...scope, contexts: { ...scope.contexts, matrix, strategy: strategyContext(strategy) } }
  return {
    name: jobName(job, combination, inner),
    matrix,
    strategy,
    runsOn: evaluateRunsOn(job.runsOn, inner),
    timeoutMinutes: evaluateNumber(job.timeoutMinutes, inner) ?? defaultTimeoutMinutes,
    continueOnError: evaluateBoolean(job.continueOnError, inner),
    concurrency: readConcurrency(job.concurrency, inner),
  }
}

/** The `strategy` context of an instance, for expressions here and on the runner. */
export function strategyContext(strategy: JobInstance['strategy']): JsonObject {
  return {
    'fail-fast': strategy.failFast,
    'job-index': strategy.jobIndex,
    'job-total': strategy.jobTotal,
    'max-parallel': strategy.maxParallel,
  }
}

/** A name without an expression gets the combination behind it, `test (a, 1)`; one with an expression says it all itself. */
function jobName(job: JobTemplate, combination: Combination | null, scope: ExpressionScope): string {
  const literal = typeof job.name === 'object' ? '' : toText(job.name)
  const evaluated = typeof job.name === 'object' ? evaluateString(job.name, scope) : ''
  return cut(evaluated || combinationName(literal || job.key, combination))
}

function combinationName(base: string, combination: Combination | null): string {
  const parts = (combination?.nameParts ?? []).flatMap(leaves).map(toText).filter(Boolean)
  return parts.length === 0 ? base : `${base} (${parts.join(', ')})`
}

function leaves(value: Json): Json[] {
  if (Array.isArray(value)) return value.flatMap(leaves)
  return isJsonObject(value) ? Object.values(value).flatMap(leaves) : [value]
}

function cut(name: string): string {
  return name.length > maxNameLength ? `${name.slice(0, maxNameLength - 3)}...` : name
}

/** Labels as written; an expression may give one label, a list, or `{labels}`. Runner groups do not exist on the hub. */
function evaluateRunsOn(token: TemplateToken, scope: ExpressionScope): string[] {
  const value = evaluateToken(token, scope)
  if (isJsonObject(value) && 'group' in value)
    throw invalid("'runs-on' names a runner group: the hub has none")
  const labels = isJsonObject(value) ? (value['labels'] ?? null) : value
  const list = Array.isArray(labels) ? labels : [labels]
  const names = list.filter(label => typeof label === 'string' && label.trim() !== '')
  if (names.length === 0 || names.length < list.length)
    throw invalid("'runs-on' must be one or more runner labels")
  return names.map(String)
}

function invalid(message: string): RelayError {
  return new RelayError('invalid_workflow', message)
}
