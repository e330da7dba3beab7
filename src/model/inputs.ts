import { type ErrorCode, RelayError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { nearestName } from '../base/nearest.ts'
import { findKind, type InputForm, type InputSpec, type KindSpec, kinds } from './kinds.ts'
import { parseRelayedFile } from './relayed-file.ts'
import { scriptName, scriptsFolder } from './script.ts'

export type JobInputs = Readonly<Record<string, string>>

/** Throws `unknown_kind`. */
export function requireKind(name: string): KindSpec {
  const kind = findKind(name)
  if (kind) return kind
  const known = kinds.map(({ name }) => name)
  const nearest = nearestName(name, known)
  throw new RelayError('unknown_kind', `There is no job kind ${quote(name)}.`, {
    hint: nearest ? `Did you mean ${nearest}?` : `Known kinds: ${known.join(', ')}.`,
  })
}

/**
 * Checks inputs against the kind's table, before a job is sent and again where it runs. Returns them without empty
 * optional ones, which mean the same as absent. Throws `invalid_input` for an unknown or missing input, or a value that
 * is not of its form.
 */
export function checkInputs(kind: KindSpec, inputs: JobInputs): JobInputs {
  checkNames(kind, inputs)
  const given = Object.entries(inputs).filter(([, value]) => value !== '')
  const values = new Map(given)
  for (const { name, form } of kind.inputs) {
    const value = values.get(name)
    if (value === undefined) continue
    if (form.kind === 'web_address') requireNoLogin(name, value)
    requireForm('invalid_input', name, form, value)
  }
  return Object.fromEntries(given)
}

/** The part of `checkInputs` that looks at no value: only known inputs, all that are required, and one source. */
export function checkNames(kind: KindSpec, inputs: JobInputs): void {
  const known = kind.inputs.map(({ name }) => name)
  for (const name of Object.keys(inputs)) {
    if (!known.includes(name)) throw unknownInput(kind, name, known)
  }
  for (const spec of kind.inputs) requireGiven(spec, inputs[spec.name])
  const given = kind.sources.filter(name => (inputs[name] ?? '') !== '')
  if (given.length === 1 || kind.sources.length === 0) return
  if (given.length === 0 && kind.mayLackSource) return
  const choices = kind.sources.map(name => `${name}=...`).join(', ')
  if (given.length === 0) {
    throw new RelayError('invalid_input', 'What to work on is missing.', { hint: `Add one of: ${choices}.` })
  }
  throw new RelayError('invalid_input', `${given.join(' and ')} cannot be given together.`, {
    hint: `Keep one of: ${choices}.`,
  })
}

function requireGiven({ name, required, description }: InputSpec, value = ''): void {
  if (!required || value !== '') return
  throw new RelayError('invalid_input', `The input ${name} is missing.`, {
    hint: `Add ${name}=... (${description}).`,
  })
}

/** Throws an error of `code` that names the input or setting whose value is not of this form. */
export function requireForm(code: ErrorCode, name: string, form: InputForm, value: string): void {
  if (isOfForm(form, value)) return
  throw new RelayError(code, `${name} cannot be ${quote(value)}.`, {
    hint: `It is ${formInWords(form)}.`,
  })
}

/** No machine fetches from an address with one, and the broker would keep and show it with the job. It is not repeated. */
function requireNoLogin(name: string, address: string): void {
  const { username = '', password = '' } = URL.parse(address) ?? {}
  if (username + password === '') return
  throw new RelayError(
    'invalid_input',
    `${name} has a user name or password in it, which anyone would see who sees the job.`,
    { hint: 'Use an address that needs no login, such as a signed link.' },
  )
}

function isOfForm(form: InputForm, value: string): boolean {
  switch (form.kind) {
    case 'web_address':
      return isWebAddress(value)
    case 'relayed_file':
      return parseRelayedFile(value) !== null
    case 'choice':
      return form.values.includes(value)
    case 'choices':
      return splitChoices(value).every(part => form.values.includes(part))
    case 'texts':
      return readTexts(value) !== null
    case 'script':
      return scriptName.test(value)
    case 'text':
      return form.pattern.test(value)
  }
}

/** What a value of this form is: the end of the sentence "It is ...", without its full stop. */
export function formInWords(form: InputForm): string {
  switch (form.kind) {
    case 'web_address':
      return 'an http or https address that the machine which runs the job can reach'
    case 'relayed_file':
      return 'a file that relayq submit has sent along'
    case 'choice':
      return `one of: ${form.values.join(', ')}`
    case 'choices':
      return `one or more of: ${form.values.join(', ')}, with commas between`
    case 'texts':
      return 'a JSON array of texts, such as ["--width", "320"]'
    case 'script':
      return `the name of a file in the repository's ${scriptsFolder}/, such as thumbs.sh or photos/thumbs.py`
    case 'text':
      return form.likeThis
  }
}

/** A value of form `texts`; null for what is none. A program's argument has no NUL, and the whole must fit into its environment. */
export function readTexts(value: string): readonly string[] | null {
  if (value.length > longestTexts) return null
  const texts = parseJson(value)
  if (!Array.isArray(texts)) return null
  return texts.every(text => typeof text === 'string' && !text.includes('\0')) ? texts.map(String) : null
}

/** In characters; GitHub takes 65,535 for all inputs of a dispatch together. */
const longestTexts = 60_000

function isWebAddress(value: string): boolean {
  const url = URL.parse(value)
  return (url?.protocol === 'http:' || url?.protocol === 'https:') && url.hostname !== ''
}

/** The parts of a value of form `choices`, in lower case. */
export function splitChoices(value: string): readonly string[] {
  return value
    .split(',')
    .map(part => part.trim().toLowerCase())
    .filter(part => part !== '')
}

function unknownInput(kind: KindSpec, name: string, known: readonly string[]): RelayError {
  const nearest = nearestName(name, known)
  const suggestion = nearest ? `Did you mean ${nearest}? ` : ''
  return new RelayError('invalid_input', `${kind.name} has no input ${quote(name)}.`, {
    hint: `${suggestion}Known inputs: ${known.join(', ')}.`,
  })
}

const quotedLength = 120

/** On one line and not endless: it comes from outside. */
function quote(value: string): string {
  return JSON.stringify(value.length > quotedLength ? `${value.slice(0, quotedLength)}...` : value)
}
