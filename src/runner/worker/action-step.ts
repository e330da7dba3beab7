import type { StepReference } from '../../protocol/job-message.ts'
import type { BodyResult, StepFrame } from './job-state.ts'

interface ActionCall {
  readonly reference: Exclude<StepReference, { type: 'script' }>
  readonly inputs: Readonly<Record<string, string>>
}

export async function runAction({ reference }: ActionCall, frame: StepFrame): Promise<BodyResult> {
  frame.output.error(`Actions of type ${reference.type} are not built yet.`)
  return { succeeded: false, outputs: {} }
}
