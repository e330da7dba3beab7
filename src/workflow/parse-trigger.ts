import {
  allMembers,
  isBoolean,
  isExpression,
  isMapping,
  isSequence,
  readMembers,
  type SourceToken,
  sourceError,
} from './source.ts'
import type { DispatchInput, DispatchTrigger, RepositoryDispatchTrigger } from './workflow.ts'

/** GitHub raised the limit from 10 on 2025-12-04. */
const maxDispatchInputs = 25

const inputKeys = ['description', 'type', 'required', 'default', 'options']
const inputTypes = ['string', 'boolean', 'number', 'choice', 'environment'] as const

/** The `workflow_dispatch` of `on:`, or null. Triggers that the hub does not fire may stand beside it. */
export function parseDispatchTrigger(path: string, on: SourceToken): DispatchTrigger | null {
  const trigger = findTrigger(on, 'workflow_dispatch')
  return (
    trigger && { inputs: trigger.value && isMapping(trigger.value) ? parseInputs(path, trigger.value) : [] }
  )
}

/** The `repository_dispatch` of `on:`, or null. */
export function parseRepositoryDispatchTrigger(
  path: string,
  on: SourceToken,
): RepositoryDispatchTrigger | null {
  const trigger = findTrigger(on, 'repository_dispatch')
  if (!trigger) return null
  const { value } = trigger
  const types =
    value && isMapping(value) ? readMembers(path, value, 'repository_dispatch', ['types']).get('types') : null
  if (!types) return { types: [] }
  return { types: isSequence(types) ? [...types.assertSequence('types')].map(String) : [types.toString()] }
}

/** An event of `on:`, which may be one name, a list of names or a mapping; null where it is not named. */
function findTrigger(on: SourceToken, event: string): { readonly value?: SourceToken } | null {
  if (isMapping(on)) return allMembers(on, 'on').find(({ key }) => key === event) ?? null
  const names = isSequence(on) ? [...on.assertSequence('on')].map(String) : [on.toString()]
  return names.includes(event) ? {} : null
}

function parseInputs(path: string, trigger: SourceToken): DispatchInput[] {
  const declared = readMembers(path, trigger, 'workflow_dispatch', ['inputs']).get('inputs')
  const members = declared ? allMembers(declared, 'inputs') : []
  const surplus = members[maxDispatchInputs]
  if (surplus)
    throw sourceError(path, surplus.keyToken, `at most ${maxDispatchInputs} inputs may be declared`)
  return members.map(({ key, value }) => parseInput(path, key, value))
}

function parseInput(path: string, name: string, token: SourceToken): DispatchInput {
  const members = readMembers(path, token, `input '${name}'`, inputKeys)
  const typeName = members.get('type')?.toString() ?? 'string'
  const type = inputTypes.find(candidate => candidate === typeName) ?? 'string'
  const options = members.get('options')
  if (type === 'choice' && !options) throw sourceError(path, token, `the choice '${name}' has no options`)
  if (type !== 'choice' && options) throw sourceError(path, options, `'${name}' has options but is no choice`)
  return {
    name,
    type,
    required: members.get('required')?.assertBoolean('required').value ?? false,
    default: parseDefault(path, name, type, members.get('default')),
    options: options ? [...options.assertSequence('options')].map(String) : [],
    description: members.get('description')?.toString() ?? '',
  }
}

function parseDefault(
  path: string,
  name: string,
  type: DispatchInput['type'],
  token: SourceToken | undefined,
): DispatchInput['default'] {
  if (token === undefined) return null
  if (isExpression(token)) throw sourceError(path, token, `the default of '${name}' cannot be an expression`)
  const text = token.toString()
  if (type === 'boolean') {
    if (!isBoolean(token)) throw sourceError(path, token, `the default of '${name}' must be true or false`)
    return text === 'true'
  }
  if (type !== 'number') return text
  if (text.trim() === '' || Number.isNaN(Number(text))) {
    throw sourceError(path, token, `the default of '${name}' must be a number`)
  }
  return Number(text)
}
