import type { Json } from '../base/json.ts'
import { toText } from './coerce.ts'
import type { ExpressionFunction } from './expression.ts'

export interface Status {
  /** For a step: an earlier step failed. For a job: a job it needs, directly or not, failed. */
  readonly failed: boolean
  readonly cancelled: boolean
}

/** `success()`, `failure()`, `always()` and `cancelled()` as GitHub defines them for steps and jobs. */
export function statusFunctions(status: Status): Readonly<Record<string, ExpressionFunction>> {
  return {
    success: () => !status.failed && !status.cancelled,
    failure: () => status.failed && !status.cancelled,
    always: () => true,
    cancelled: () => status.cancelled,
  }
}

/** How a workflow job ended, as the jobs that need it see it. */
export type JobResult = 'success' | 'failure' | 'cancelled' | 'skipped'

export interface JobStatus {
  /** Of every job this one needs, directly or through others: one skipped far up skips all that follow, as on GitHub. */
  readonly ancestors: readonly JobResult[]
  /** Of the direct needs, by key: `success('build')` asks about those alone. */
  readonly needs: ReadonlyMap<string, JobResult>
  readonly cancelled: boolean
}

/** The status functions in a job's `if`. */
export function jobStatusFunctions(status: JobStatus): Readonly<Record<string, ExpressionFunction>> {
  const results = (keys: readonly Json[]) =>
    keys.length === 0 ? status.ancestors : keys.map(key => status.needs.get(toText(key)) ?? 'skipped')
  return {
    success: keys => !status.cancelled && results(keys).every(result => result === 'success'),
    failure: keys => !status.cancelled && results(keys).includes('failure'),
    always: () => true,
    cancelled: () => status.cancelled,
  }
}
