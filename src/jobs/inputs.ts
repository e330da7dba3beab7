import { RelayError } from '../base/errors.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import { findKind, type InputSpec, type KindSpec, kinds } from '../model/kinds.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The newest form of the step's environment that this version understands. */
const knownProtocol = 1

/** Throws `protocol_mismatch` when the workflow speaks a newer form than this version knows. */
export function requireKnownProtocol(env: Env): void {
  const asked = env['RELAYQ_PROTOCOL'] ?? ''
  if (asked === '' || Number(asked) <= knownProtocol) return
  throw new RelayError('protocol_mismatch', `The workflow needs a newer relayq (protocol ${asked}).`, {
    hint: 'Update it on this machine: npm install -g relayq@latest',
  })
}

export function requireKind(name: string): KindSpec {
  const kind = findKind(name)
  if (kind !== null) return kind
  throw new RelayError('unknown_kind', `There is no job kind "${name.slice(0, 40)}".`, {
    hint: `The kinds are: ${kinds.map(({ name }) => name).join(', ')}.`,
  })
}

/**
 * A job's inputs: from RELAYQ_INPUTS as one JSON object, else from RELAYQ_INPUT_<NAME>. Every input of the kind is in
 * the answer, '' when not given. Throws `invalid_input`.
 */
export function readInputs(kind: KindSpec, env: Env): Record<string, string> {
  const json = env['RELAYQ_INPUTS'] ?? ''
  const given = json === '' ? inputsOfEnv(kind, env) : inputsOfJson(kind, json)
  return Object.fromEntries(
    kind.inputs.map(spec => [spec.name, checkInput(kind, spec, given.get(spec.name))]),
  )
}

function inputsOfEnv(kind: KindSpec, env: Env): Map<string, string> {
  return new Map(kind.inputs.map(({ name }) => [name, env[`RELAYQ_INPUT_${name.toUpperCase()}`] ?? '']))
}

function inputsOfJson(kind: KindSpec, json: string): Map<string, string> {
  const value = parseJson(json)
  if (!isJsonObject(value)) {
    throw new RelayError('invalid_input', 'The inputs are not a JSON object.', {
      hint: 'Write them as {"url": "https://..."}.',
    })
  }
  const known = kind.inputs.map(({ name }) => name)
  return new Map(
    Object.entries(value).map(([name, member]) => {
      if (!known.includes(name)) {
        throw new RelayError('invalid_input', `${kind.name} has no input "${name.slice(0, 40)}".`, {
          hint: `Its inputs are: ${known.join(', ')}.`,
        })
      }
      if (member !== null && typeof member === 'object') {
        throw new RelayError('invalid_input', `The input "${name}" is not a text.`)
      }
      return [name, member === null ? '' : String(member)]
    }),
  )
}

function checkInput(kind: KindSpec, spec: InputSpec, given: string | undefined): string {
  const value = (given ?? '').trim()
  if (value === '' && spec.required) {
    throw new RelayError('invalid_input', `${kind.name} needs the input "${spec.name}".`, {
      hint: `${spec.name}: ${spec.description}.`,
    })
  }
  if (value !== '' && spec.choices !== null && !spec.choices.includes(value)) {
    throw new RelayError('invalid_input', `The input "${spec.name}" cannot be "${value.slice(0, 40)}".`, {
      hint: `It may be ${spec.choices.join(', ')}.`,
    })
  }
  return value
}
