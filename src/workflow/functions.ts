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
