import type { JobResult } from '../model/result.ts'
import type { Context } from './context.ts'
import { printable } from './streams.ts'

/**
 * What a result says of itself that whoever uses it should know first: doubts, what was dropped, what was left out. `id`: whose it
 * is, where others are told of, too.
 */
export function tellWarnings(
  { warnings }: Pick<JobResult, 'warnings'>,
  context: Pick<Context, 'say'>,
  id: string | null = null,
): void {
  const of = id === null ? '' : ` of ${id}`
  for (const warning of warnings) context.say(`warning${of}: ${printable(warning)}`)
}
