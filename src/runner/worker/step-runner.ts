import { explain } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'
import type { TemplateToken } from '../../model/template-token.ts'
import { toText } from '../../workflow/coerce.ts'
import { conditionHolds, type ExpressionScope } from '../../workflow/expression.ts'
import { evaluateBoolean, evaluateNumber, evaluateToken } from '../../workflow/tokens.ts'
import {
  expressionsOf,
  inheritedEnv,
  type StepBody,
  type StepConclusion,
  type StepFrame,
  type StepRecord,
} from './job-state.ts'

/** A step ready to be run: of the job message, of a composite action, or a post step. */
export interface RunnableStep {
  readonly contextName: string
  readonly displayName: string
  readonly condition: string
  readonly environment: TemplateToken
  readonly continueOnError: TemplateToken
  readonly timeoutInMinutes: TemplateToken
  readonly body: StepBody
}

/** Where it runs; `begin` is called once its condition holds, before anything of it is seen. */
export interface StepPlace extends Pick<StepFrame, 'scope' | 'output' | 'summary' | 'stepId'> {
  readonly begin: () => void
}

/**
 * Runs a step as GitHub defines it: condition, environment, timeout, continue-on-error; and records it in its scope.
 * Whatever goes wrong is this step's failure: nothing is thrown.
 */
export async function runStep(step: RunnableStep, place: StepPlace): Promise<StepConclusion> {
  const { scope } = place
  if (scope.state.signals.abandoned.aborted) await untilThisProcessExits()
  const record = await attempt(step, place)
  scope.steps.set(step.contextName, record)
  if (record.conclusion === 'failure') scope.status.failed = true
  return record.conclusion
}

/** The sweep that ends a step of an abandoned job must not be what starts the next one. */
function untilThisProcessExits(): Promise<never> {
  return new Promise(() => {})
}

async function attempt(step: RunnableStep, place: StepPlace): Promise<StepRecord> {
  const { scope, output } = place
  const inherited = inheritedEnv(scope)
  try {
    // The condition may read the step's own env, but a broken env must not fail a step that is skipped.
    const evaluateEnv = () => evaluateMap(step.environment, expressionsOf(scope, inherited))
    const stepEnv = { ...scope.env, ...quietly(evaluateEnv, {}) }
    const env = { ...inherited, ...stepEnv }
    if (!conditionHolds(step.condition, expressionsOf(scope, env))) return ended('skipped', 'skipped', {})
    place.begin()
    evaluateEnv()
    const expressions = expressionsOf(scope, env)
    const minutes = evaluateNumber(step.timeoutInMinutes, expressions)
    using ending = endingOf(step, { place, env, minutes })
    const frame: StepFrame = {
      scope,
      env,
      stepEnv,
      expressions,
      output,
      summary: place.summary,
      stepId: place.stepId,
      contextName: step.contextName,
      displayName: step.displayName,
      signal: ending.signal,
    }
    const result = await step.body(frame)
    const outcome = outcomeOf(result.succeeded, { step, ending: ending.cause(), minutes, output })
    return concluded(step, outcome, { outputs: result.outputs, expressions })
  } catch (thrown) {
    place.begin()
    output.error(explain(thrown))
    return concluded(step, 'failure', { outputs: {}, expressions: expressionsOf(scope, inherited) })
  }
}

type Ending = 'cancelled' | 'timed_out' | null

/** The reason in the signal of a step that took too long: whatever runs in it ends, `always()` or not. */
const timedOut: Ending = 'timed_out'

/** Whether the step a composite action stands for took too long; a cancelled one still runs its `always()` steps. */
export function hasTimedOut(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason === timedOut
}

interface OutcomeFacts {
  readonly step: RunnableStep
  readonly ending: Ending
  readonly minutes: number | null
  readonly output: StepPlace['output']
}

function outcomeOf(succeeded: boolean, { step, ending, minutes, output }: OutcomeFacts): StepConclusion {
  if (ending === 'cancelled') {
    output.error('The operation was canceled.')
    return 'cancelled'
  }
  if (ending === 'timed_out') {
    output.error(`The action '${step.displayName}' has timed out after ${minutes} minutes.`)
    return 'failure'
  }
  return succeeded ? 'success' : 'failure'
}

function concluded(
  step: RunnableStep,
  outcome: StepConclusion,
  {
    outputs,
    expressions,
  }: { readonly outputs: StepRecord['outputs']; readonly expressions: ExpressionScope },
): StepRecord {
  const forgiven =
    outcome === 'failure' && quietly(() => evaluateBoolean(step.continueOnError, expressions), false)
  return ended(outcome, forgiven ? 'success' : outcome, outputs)
}

function ended(
  outcome: StepConclusion,
  conclusion: StepConclusion,
  outputs: StepRecord['outputs'],
): StepRecord {
  return { outputs, outcome, conclusion }
}

/** What may end a step before its time; the first cause counts. Disposing it stops the timer and the listening. */
function endingOf(
  step: RunnableStep,
  options: {
    readonly place: StepPlace
    readonly env: Readonly<Record<string, string>>
    readonly minutes: number | null
  },
) {
  const { scope } = options.place
  const controller = new AbortController()
  let cause: Ending = null
  const end = (why: NonNullable<Ending>, reason: unknown = why) => {
    cause ??= why
    controller.abort(reason)
  }
  // A cancelled job asks the running step's condition again: `always()` lets it go on
  // (docs/protocol.md, "Cancellation").
  const goesOn = () => quietly(() => conditionHolds(step.condition, expressionsOf(scope, options.env)), false)
  const onScopeEnd = () => {
    if (hasTimedOut(scope.signal) || !goesOn()) end('cancelled', scope.signal.reason)
  }
  scope.signal.addEventListener('abort', onScopeEnd)
  const timer =
    options.minutes !== null && options.minutes > 0
      ? setTimeout(() => end('timed_out'), Math.min(options.minutes * 60_000, 2 ** 31 - 1))
      : undefined
  return {
    signal: controller.signal,
    cause: () => cause,
    [Symbol.dispose]: () => {
      clearTimeout(timer)
      scope.signal.removeEventListener('abort', onScopeEnd)
    },
  }
}

/** A mapping of strings, as `env` and `with` are. */
export function evaluateMap(
  token: TemplateToken | undefined,
  expressions: ExpressionScope,
): Record<string, string> {
  const value = evaluateToken(token ?? null, expressions)
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toText(member)]))
}

function quietly<T>(evaluate: () => T, otherwise: T): T {
  try {
    return evaluate()
  } catch {
    return otherwise
  }
}
