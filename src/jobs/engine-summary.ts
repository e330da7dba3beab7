import { oneLine } from '../base/one-line.ts'
import type { JobResult } from '../model/result.ts'

/** For the step summary: the engines that were not used, with the reason, and what services took. '' when there is nothing to say. */
export function engineSummary({ engines, costs }: Pick<JobResult, 'engines' | 'costs'>): string {
  const passedOver = engines.filter(({ outcome }) => outcome !== 'used')
  if (passedOver.length + costs.length === 0) return ''
  const lines = [
    ...passedOver.map(
      ({ name, outcome, reason }) =>
        `- ${name} ${outcome === 'failed' ? 'failed' : 'was skipped'}: ${plain(reason)}`,
    ),
    ...costs.map(
      ({ provider, model, amount, seconds }) =>
        `- ${provider} (${model}) took ${amount.toFixed(4)} USD for ${seconds.toFixed(1)} s of audio`,
    ),
  ]
  return `\n${lines.join('\n')}\n`
}

/** A service's own words come from outside: they are no markup of ours. */
function plain(reason: string | null): string {
  return oneLine(reason ?? '').replaceAll(/[<>&`[\]]/g, '')
}
