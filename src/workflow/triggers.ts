import type { Json, JsonObject } from '../base/json.ts'
import { toText } from './coerce.ts'
import type { DispatchInput, DispatchTrigger } from './workflow.ts'

/** GitHub's limits of one dispatch: 25 inputs since 2025-12-04, and characters (not bytes) of their JSON. */
const maxGivenInputs = 25
const maxPayloadCharacters = 65_535

export type ResolvedInputs =
  | { readonly kind: 'ok'; readonly inputs: JsonObject }
  /** `message` is what GitHub says in its 422. */
  | { readonly kind: 'rejected'; readonly message: string }

/** The `inputs` context of a dispatch: typed, with defaults for what was not given, in the order they are declared. */
export function resolveDispatchInputs(trigger: DispatchTrigger, given: JsonObject): ResolvedInputs {
  const problem = surplusProblem(trigger, given)
  if (problem !== null) return { kind: 'rejected', message: problem }
  const inputs: [string, Json][] = []
  for (const input of trigger.inputs) {
    const resolved = resolveInput(
      input,
      Object.hasOwn(given, input.name) ? (given[input.name] ?? null) : null,
    )
    if ('problem' in resolved) return { kind: 'rejected', message: resolved.problem }
    inputs.push([input.name, resolved.value])
  }
  return { kind: 'ok', inputs: Object.fromEntries(inputs) }
}

/** The same inputs as `github.event.inputs` shows them: every value a string. */
export function eventInputs(inputs: JsonObject): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toText(value)]))
}

function surplusProblem(trigger: DispatchTrigger, given: JsonObject): string | null {
  const names = Object.keys(given)
  if (names.length > maxGivenInputs) return `You may only provide up to ${maxGivenInputs} inputs`
  if (JSON.stringify(given).length > maxPayloadCharacters) return 'inputs are too large.'
  const unexpected = names.filter(name => !trigger.inputs.some(input => input.name === name))
  return unexpected.length > 0 ? `Unexpected inputs provided: ${JSON.stringify(unexpected)}` : null
}

type Resolution = { readonly value: Json } | { readonly problem: string }

function resolveInput(input: DispatchInput, given: Json): Resolution {
  if (given === null) return resolveAbsent(input)
  if (typeof given === 'object')
    return { problem: `Invalid value for input '${input.name}': it must be a string` }
  const text = toText(given)
  if (input.required && text === '') return { problem: missing(input) }
  switch (input.type) {
    case 'boolean':
      return text === 'true' || text === 'false'
        ? { value: text === 'true' }
        : { problem: notAllowed(input, text) }
    case 'number':
      return isNumeric(text)
        ? { value: Number(text) }
        : { problem: `Provided value '${text}' for input '${input.name}' is not a number` }
    case 'choice':
      return input.options.includes(text) ? { value: text } : { problem: notAllowed(input, text) }
    default:
      return { value: text }
  }
}

function resolveAbsent(input: DispatchInput): Resolution {
  if (input.default !== null) return { value: input.default }
  if (input.required) return { problem: missing(input) }
  return { value: input.type === 'boolean' ? false : '' }
}

function missing(input: DispatchInput): string {
  return `Required input '${input.name}' not provided`
}

function notAllowed(input: DispatchInput, text: string): string {
  return `Provided value '${text}' for input '${input.name}' not in the list of allowed values`
}

function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text))
}
