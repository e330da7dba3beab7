import { RelayError } from '../base/errors.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import type { DispatchOutcome, DispatchRequest } from '../model/broker.ts'
import { checkInputs, requireKind } from '../model/inputs.ts'
import { findKind, type KindName, ownInputs } from '../model/kinds.ts'
import { type ShippedWorkflow, shippedWorkflows } from '../model/shipped-workflows.ts'
import type { NewRun } from './run-store.ts'

/** Redis mode has no repository: it knows the workflows RelayQ brings, and their one version. */
export const onlyRef = 'main'

export function findLegacyWorkflow(path: string): ShippedWorkflow | null {
  const file = path.split('/').at(-1)
  return shippedWorkflows.find(workflow => workflow.file === file) ?? null
}

/** All inputs that a workflow declares, by name. */
export function declaredInputs({ kind }: ShippedWorkflow): readonly string[] {
  const spec = kind === null ? null : findKind(kind)
  const kindInputs = spec?.inputs.filter(({ forSubmit }) => !forSubmit).map(({ name }) => name)
  return [...(kindInputs ?? ['kind', 'inputs']), ...ownInputs]
}

export type PlannedRun =
  | { readonly kind: 'run'; readonly run: NewRun }
  | Extract<DispatchOutcome, { kind: 'rejected' }>

/** What a dispatch asks for, or why it is refused: as GitHub refuses it, with 404 and 422. */
export function planRun({ workflow: path, ref, inputs }: DispatchRequest): PlannedRun {
  const found = findLegacyWorkflow(path)
  if (!found) return rejected(404, `Redis mode knows no other workflows than ${knownFiles()}`)
  if (ref !== onlyRef) return rejected(422, `No ref found for: ${ref}. Redis mode has only ${onlyRef}`)
  const declared = declaredInputs(found)
  const unexpected = Object.keys(inputs).filter(name => !declared.includes(name))
  if (unexpected.length > 0) return rejected(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`)
  try {
    const { kind } = workOf(found, inputs)
    timeoutMinutesOf(inputs)
    const nonce = inputs['relayq_id'] ?? ''
    const title = `${found.name || kind} [${nonce}]`
    const job = nonce.split('.')[0] ?? ''
    return { kind: 'run', run: { workflow: found.file, title, job, inputs, labels: labelsOf(found, inputs) } }
  } catch (thrown) {
    if (thrown instanceof RelayError) return rejected(422, `${thrown.message} ${thrown.hint ?? ''}`.trimEnd())
    throw thrown
  }
}

/** The kind of a run and the inputs of that kind. Throws `unknown_kind` or `invalid_input`. */
export function workOf(
  { kind }: ShippedWorkflow,
  inputs: Readonly<Record<string, string>>,
): { readonly kind: KindName; readonly inputs: Readonly<Record<string, string>> } {
  const spec = requireKind(kind ?? inputs['kind'] ?? '')
  if (spec.inputs.some(({ form }) => form.kind === 'script')) throw withoutScripts(spec.name)
  const given = kind === null ? readObject(inputs['inputs'] ?? '') : pick(inputs, spec.inputs)
  return { kind: spec.name, inputs: checkInputs(spec, given) }
}

function withoutScripts(kind: string): RelayError {
  return new RelayError(
    'invalid_input',
    `Redis mode has no repository, and ${kind} jobs are scripts of one.`,
    {
      hint: 'Use GitHub, or the embedded one: relayq up',
    },
  )
}

const usualTimeoutMinutes = 360

/** How long a run may work. Throws `invalid_input` for what is no time. */
export function timeoutMinutesOf({ timeout_minutes: given = '' }: Readonly<Record<string, string>>): number {
  const minutes = given === '' ? usualTimeoutMinutes : Number(given)
  if (minutes > 0 && Number.isFinite(minutes)) return minutes
  throw new RelayError('invalid_input', `timeout_minutes cannot be ${JSON.stringify(given.slice(0, 40))}.`, {
    hint: 'It is a number of minutes, such as 90.',
  })
}

function pick(
  inputs: Readonly<Record<string, string>>,
  specs: readonly { readonly name: string }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(specs.map(({ name }) => [name, inputs[name] ?? '']))
}

function readObject(json: string): Readonly<Record<string, string>> {
  const value = parseJson(json)
  if (!isJsonObject(value)) {
    throw new RelayError('invalid_input', 'The inputs are not a JSON object.', {
      hint: 'Write them as {"url": "https://..."}.',
    })
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, String(member ?? '')]))
}

function labelsOf({ runsOn }: ShippedWorkflow, inputs: Readonly<Record<string, string>>): readonly string[] {
  const given = inputs['runs_on'] ?? ''
  if (given === '') return runsOn
  const labels = parseJson(given)
  if (Array.isArray(labels) && labels.length > 0 && labels.every(label => typeof label === 'string')) {
    return labels
  }
  throw new RelayError('invalid_input', `runs_on cannot be ${JSON.stringify(given.slice(0, 80))}.`, {
    hint: 'It is a JSON array of labels, such as ["self-hosted", "audio"].',
  })
}

function knownFiles(): string {
  return shippedWorkflows.map(({ file }) => file).join(', ')
}

function rejected(status: number, message: string): Extract<DispatchOutcome, { kind: 'rejected' }> {
  return { kind: 'rejected', status, message }
}
