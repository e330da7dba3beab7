import { RelayError } from '../base/errors.ts'
import { nearestName } from '../base/nearest.ts'
import { findKind, type InputSpec, type KindSpec, kinds } from '../model/kinds.ts'

export type JobInputs = Readonly<Record<string, string>>

export function requireKind(name: string): KindSpec {
  const kind = findKind(name)
  if (kind) return kind
  const known = kinds.map(({ name }) => name)
  const nearest = nearestName(name, known)
  throw new RelayError('unknown_kind', `There is no job kind ${JSON.stringify(name)}.`, {
    hint: nearest ? `Did you mean ${nearest}?` : `Known kinds: ${known.join(', ')}.`,
  })
}

/**
 * Checks inputs against the kind's table. Returns them without empty optional ones, which mean the same as absent.
 * Throws `invalid_input` for an unknown or missing input, a value outside its choices, or a URL that is not http(s).
 */
export function checkInputs(kind: KindSpec, inputs: JobInputs): JobInputs {
  const known = kind.inputs.map(({ name }) => name)
  for (const name of Object.keys(inputs)) {
    if (!known.includes(name)) throw unknownInput(kind, name, known)
  }
  const given = Object.entries(inputs).filter(([, value]) => value !== '')
  const values = new Map(given)
  for (const spec of kind.inputs) checkValue(kind, spec, values.get(spec.name))
  return Object.fromEntries(given)
}

function checkValue(kind: KindSpec, spec: InputSpec, value: string | undefined): void {
  if (value === undefined) {
    if (!spec.required) return
    throw new RelayError('invalid_input', `The input ${spec.name} is missing.`, {
      hint: `Add ${spec.name}=... (${spec.description}).`,
    })
  }
  if (spec.choices && !spec.choices.includes(value)) {
    throw new RelayError('invalid_input', `${spec.name} cannot be ${JSON.stringify(value)}.`, {
      hint: `It is one of: ${spec.choices.join(', ')}.`,
    })
  }
  if (spec.name === 'url') checkUrl(kind, value)
}

function checkUrl(kind: KindSpec, value: string): void {
  const url = URL.canParse(value) ? new URL(value) : null
  if (url && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return
  throw new RelayError(
    'invalid_input',
    `url must be an http or https address, not ${JSON.stringify(value)}.`,
    {
      hint: `The machine that runs the ${kind.name} job fetches it: put a file on a web server it can reach.`,
    },
  )
}

function unknownInput(kind: KindSpec, name: string, known: readonly string[]): RelayError {
  const nearest = nearestName(name, known)
  const suggestion = nearest ? `Did you mean ${nearest}? ` : ''
  return new RelayError('invalid_input', `${kind.name} has no input ${JSON.stringify(name)}.`, {
    hint: `${suggestion}Known inputs: ${known.join(', ')}.`,
  })
}
