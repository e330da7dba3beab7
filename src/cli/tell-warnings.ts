import type { JobResult } from '../model/result.ts'
import type { Context } from './context.ts'
import { printable } from './streams.ts'

/** What a result says of itself that whoever uses it should know first: doubts, what was dropped, what was left out. */
export function tellWarnings({ warnings }: Pick<JobResult, 'warnings'>, context: Context): void {
  for (const warning of warnings) context.say(`warning: ${printable(warning)}`)
}
