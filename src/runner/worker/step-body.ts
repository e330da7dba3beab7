import type { TemplateToken } from '../../model/template-token.ts'
import type { StepMessage } from '../../protocol/job-message.ts'
import type { ExpressionScope } from '../../workflow/expression.ts'
import { evaluateString } from '../../workflow/tokens.ts'
import { describeAction } from './action-reference.ts'
import type { StepBody } from './job-state.ts'
import { firstLine, runScript } from './script-step.ts'
import { evaluateMap, type RunnableStep } from './step-runner.ts'

/** A step of the job message; those of a composite action have the same shape. */
export type StepDefinition = Omit<StepMessage, 'type' | 'id' | 'name'>

/** `displayName` is evaluated by the caller, with what it knows at that time. */
export function runnableStep(step: StepDefinition, displayName: string): RunnableStep {
  return {
    contextName: step.contextName,
    displayName,
    condition: step.condition,
    environment: step.environment ?? null,
    continueOnError: step.continueOnError ?? null,
    timeoutInMinutes: step.timeoutInMinutes ?? null,
    body: bodyOf(step),
  }
}

/** The step's declared name, else what it runs. An expression that cannot be evaluated yet leaves the latter. */
export function displayNameOf(step: StepDefinition, expressions: ExpressionScope): string {
  const declared = tryEvaluate(step.displayNameToken ?? null, expressions)
  return declared.trim() === '' ? `Run ${subjectOf(step, expressions)}` : firstLine(declared)
}

function bodyOf(step: StepDefinition): StepBody {
  const { reference } = step
  if (reference.type === 'script') {
    return frame => {
      const inputs = evaluateMap(step.inputs, frame.expressions)
      const script = {
        text: inputs['script'] ?? '',
        shell: inputs['shell'] ?? '',
        workingDirectory: inputs['workingDirectory'] ?? '',
      }
      return runScript(script, frame)
    }
  }
  // Loaded where used: reading an action's manifest needs a YAML parser, which most jobs never do.
  return async frame => {
    const { runAction } = await import('./action-step.ts')
    return runAction({ reference, inputs: evaluateMap(step.inputs, frame.expressions) }, frame)
  }
}

function subjectOf({ reference, inputs }: StepDefinition, expressions: ExpressionScope): string {
  if (reference.type !== 'script') return describeAction(reference)
  return firstLine(scriptText(inputs ?? null, expressions))
}

function scriptText(inputs: TemplateToken, expressions: ExpressionScope): string {
  if (inputs === null || typeof inputs !== 'object' || inputs.type !== 2) return ''
  const script = inputs.map?.find(({ Key }) => tryEvaluate(Key, expressions) === 'script')
  return tryEvaluate(script?.Value ?? null, expressions)
}

function tryEvaluate(token: TemplateToken, expressions: ExpressionScope): string {
  try {
    return evaluateString(token, expressions)
  } catch {
    return ''
  }
}
