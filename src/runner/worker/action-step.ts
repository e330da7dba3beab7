import { RelayError } from '../../base/errors.ts'
import type { StepMessage } from '../../protocol/job-message.ts'
import { toText } from '../../workflow/coerce.ts'
import { evaluateString, evaluateToken } from '../../workflow/tokens.ts'
import { type ActionReference, describeAction } from './action-reference.ts'
import type { ActionManifest, CompositeRuns, NodeRuns } from './actions/manifest.ts'
import type { ResolvedAction } from './actions/resolve-action.ts'
import {
  type BodyResult,
  expressionsOf,
  type JobState,
  type StepBody,
  type StepFrame,
  type StepScope,
} from './job-state.ts'
import { runNodeScript } from './node-script.ts'
import { prepareAction } from './prepare-action.ts'
import { describeEnv } from './script-step.ts'
import { displayNameOf, runnableStep } from './step-body.ts'
import { evaluateMap, hasTimedOut, type RunnableStep, runStep } from './step-runner.ts'

interface ActionCall {
  readonly reference: ActionReference
  /** The step's `with`, evaluated. */
  readonly inputs: Readonly<Record<string, string>>
}

/** Composite actions may use each other; this deep is a mistake, or a circle (GitHub's own limit). */
const deepestNesting = 10

/** A `uses:` step: JavaScript or composite, local or fetched. Throws RelayError where the action cannot be had. */
export async function runAction(call: ActionCall, frame: StepFrame): Promise<BodyResult> {
  const action = await prepareAction(call.reference, frame.scope.state)
  const inputs = inputsOf(action.manifest, call.inputs, frame)
  frame.output.group(`Run ${describeAction(call.reference)}`, [
    ...describeInputs(inputs),
    ...describeEnv(frame.env),
  ])
  frame.output.line(action.note)
  const scope = actionScope(call.reference, { action, inputs, frame })
  const { runs } = action.manifest
  if (runs.kind === 'node')
    return runNodeAction(runs, inputs, { ...frame, scope: { ...scope, inputs: frame.scope.inputs } })
  return runComposite(runs, action.manifest, { ...frame, scope })
}

/** Has an action ready before the job's steps, and gives the script it wants run then, or null. */
export async function preStepOf(
  step: StepMessage & { readonly reference: ActionReference },
  state: JobState,
): Promise<{ readonly note: string; readonly pre: Pick<RunnableStep, 'condition' | 'body'> | null }> {
  const { manifest, note } = await prepareAction(step.reference, state)
  const hook = manifest.runs.kind === 'node' ? manifest.runs.pre : null
  if (hook === null) return { note, pre: null }
  const actionState = actionStateOf(`${step.id}/${step.contextName}`, state)
  const body: StepBody = frame => {
    const inputs = inputsOf(manifest, evaluateMap(step.inputs, frame.expressions), frame)
    return runNodeScript({ script: hook.script, inputs, actionState }, frame)
  }
  return { note, pre: { condition: hook.condition, body } }
}

/** Its post script is planned before its main one runs: it clears up after a failure too. */
function runNodeAction(
  runs: NodeRuns,
  inputs: Readonly<Record<string, string>>,
  frame: StepFrame,
): Promise<BodyResult> {
  const { state } = frame.scope
  const actionState = actionStateOf(`${frame.stepId}/${frame.contextName}`, state)
  const { post } = runs
  if (post !== null) {
    state.posts.push({
      displayName: frame.displayName,
      condition: post.condition,
      scope: frame.scope,
      env: frame.stepEnv,
      body: postFrame => runNodeScript({ script: post.script, inputs, actionState }, postFrame),
    })
  }
  return runNodeScript({ script: runs.main, inputs, actionState }, frame)
}

/** The steps run one after the other in the log of the step that uses the action. */
async function runComposite(
  runs: CompositeRuns,
  manifest: ActionManifest,
  frame: StepFrame,
): Promise<BodyResult> {
  const { scope } = frame
  for (const step of runs.steps) {
    if (hasTimedOut(frame.signal)) break
    const displayName = displayNameOf(step, expressionsOf(scope, frame.env))
    await runStep(runnableStep(step, displayName), {
      scope,
      output: frame.output,
      summary: frame.summary,
      stepId: frame.stepId,
      begin: () => {},
    })
  }
  const expressions = expressionsOf(scope, frame.env)
  const outputs = manifest.outputs.map(
    ({ name, value }) => [name, evaluateString(value, expressions)] as const,
  )
  return { succeeded: !scope.status.failed, outputs: Object.fromEntries(outputs) }
}

/** Names are compared without regard to case, as GitHub does. What the action does not declare is passed on with a warning. */
function inputsOf(
  manifest: ActionManifest,
  given: Readonly<Record<string, string>>,
  frame: StepFrame,
): Record<string, string> {
  const named = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  const inputs: Record<string, string> = {}
  for (const input of manifest.inputs) {
    const key = input.name.toLowerCase()
    const value = named.get(key)
    inputs[input.name] = value ?? toText(evaluateToken(input.default, frame.expressions))
    if (value !== undefined && input.deprecationMessage !== null) {
      frame.output.warning(
        `Input '${input.name}' has been deprecated with message: ${input.deprecationMessage}`,
      )
    }
    named.delete(key)
  }
  for (const [name, value] of named) {
    frame.output.warning(`Unexpected input '${name}' of this action`)
    inputs[name] = value
  }
  return inputs
}

function actionScope(
  reference: ActionReference,
  {
    action,
    inputs,
    frame,
  }: {
    readonly action: ResolvedAction
    readonly inputs: Readonly<Record<string, string>>
    readonly frame: StepFrame
  },
): StepScope {
  if (frame.scope.depth >= deepestNesting) {
    throw new RelayError('invalid_workflow', `Actions use each other more than ${deepestNesting} deep.`)
  }
  const origin = reference.type === 'repository' ? reference : null
  return {
    state: frame.scope.state,
    steps: new Map(),
    inputs: { ...inputs },
    env: frame.stepEnv,
    status: { failed: false },
    signal: frame.signal,
    github: {
      action_path: action.directory,
      action_repository: origin?.name ?? '',
      action_ref: origin?.ref ?? '',
    },
    depth: frame.scope.depth + 1,
  }
}

function actionStateOf(key: string, state: JobState): Map<string, string> {
  const known = state.actionStates.get(key) ?? new Map<string, string>()
  state.actionStates.set(key, known)
  return known
}

function describeInputs(inputs: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(inputs).filter(([, value]) => value !== '')
  return entries.length === 0 ? [] : ['with:', ...entries.map(([name, value]) => `  ${name}: ${value}`)]
}
