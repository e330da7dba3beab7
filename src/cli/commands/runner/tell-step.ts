import type { StepReport } from '../../../provision/runner/steps.ts'
import type { Context } from '../../context.ts'

/** One line for each step: when it begins, since it may take minutes, and what came of it where that has to be known. */
export function tellStep({ event, step, note }: StepReport, context: Context): void {
  if (event === 'was_done') context.say(`${step.name}: as it should be`)
  else if (event === 'begun') context.say(`${step.name}: ${step.will}`)
  else if (note !== null) context.say(`${step.name}: ${note}`)
}
