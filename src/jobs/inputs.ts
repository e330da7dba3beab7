import { RelayError } from '../base/errors.ts'
import { isJsonObject, parseJson } from '../base/json.ts'
import { checkInputs } from '../model/inputs.ts'
import type { KindSpec } from '../model/kinds.ts'

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

/**
 * A job's inputs: from RELAYQ_INPUTS as one JSON object, else from RELAYQ_INPUT_<NAME>. Every input of the kind is in
 * the answer, '' when not given. Throws `invalid_input`.
 */
export function readInputs(kind: KindSpec, env: Env): Record<string, string> {
  const json = env['RELAYQ_INPUTS'] ?? ''
  const given = checkInputs(kind, json === '' ? inputsOfEnv(kind, env) : inputsOfJson(json))
  return Object.fromEntries(kind.inputs.map(({ name }) => [name, given[name] ?? '']))
}

function inputsOfEnv(kind: KindSpec, env: Env): Record<string, string> {
  const read = (name: string) => (env[`RELAYQ_INPUT_${name.toUpperCase()}`] ?? '').trim()
  return Object.fromEntries(kind.inputs.map(({ name }) => [name, read(name)]))
}

function inputsOfJson(json: string): Record<string, string> {
  const value = parseJson(json)
  if (!isJsonObject(value)) {
    throw new RelayError('invalid_input', 'The inputs are not a JSON object.', {
      hint: 'Write them as {"url": "https://..."}.',
    })
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, readMember(name, member)]))
}

function readMember(name: string, member: unknown): string {
  if (member === null) return ''
  if (typeof member !== 'object') return String(member).trim()
  throw new RelayError('invalid_input', `The input ${JSON.stringify(name.slice(0, 40))} is not a text.`, {
    hint: 'Write it as {"url": "https://..."}.',
  })
}
