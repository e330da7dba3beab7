import { isJsonObject } from '../../base/json.ts'
import type { CompleteJobRequest, StepResult, TaskResult } from '../../protocol/runner-api.ts'
import { toText } from '../../workflow/coerce.ts'
import type { ExpressionScope } from '../../workflow/expression.ts'
import { evaluateToken } from '../../workflow/tokens.ts'
import { persist } from '../persistence.ts'
import { isSuccess, type ServiceClient } from '../service-client.ts'
import type { JobState } from './job-state.ts'
import type { StepOutput } from './step-output.ts'

/** Longer than any restart of a hub; after it, the hub has long called the runner lost. */
const reportMs = 300_000

/** `outputs:` of the job. One that holds a secret is left out, and the log says so, as GitHub does. */
export function jobOutputs(
  state: JobState,
  expressions: ExpressionScope,
  output: StepOutput,
): CompleteJobRequest['outputs'] {
  const value = evaluateToken(state.job.message.jobOutputs ?? null, expressions)
  if (!isJsonObject(value)) return {}
  const outputs: Record<string, { value: string }> = {}
  for (const [name, member] of Object.entries(value)) {
    const text = toText(member)
    if (state.masker.mask(text) !== text) {
      output.warning(`Skip output '${name}' since it may contain secret.`)
    } else if (text !== '') outputs[name] = { value: text }
  }
  return outputs
}

interface Completion {
  readonly conclusion: TaskResult
  readonly outputs: CompleteJobRequest['outputs']
  readonly stepResults: readonly StepResult[]
  readonly annotations: CompleteJobRequest['annotations']
}

/** POST completejob until it is taken or refused for good (401, 404). Answers whether it was taken. */
export async function reportCompletion(
  client: ServiceClient,
  run: { readonly url: string; readonly planId: string; readonly jobId: string },
  completion: Completion,
): Promise<boolean> {
  const request: CompleteJobRequest = {
    planId: run.planId,
    jobId: run.jobId,
    ...completion,
  }
  const reported = await persist<boolean>(
    async () => {
      const { status } = await client.post(`${run.url}completejob`, request)
      if (isSuccess(status)) return { kind: 'done', value: true }
      if (status === 401 || status === 404) return { kind: 'done', value: false }
      return { kind: 'again', reason: `HTTP ${status}` }
    },
    { forMs: reportMs },
  )
  return reported.kind === 'done' && reported.value
}
