import { RelayError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'

/** How the output of an owner's own command is read. */
const outputForms = ['whispercpp-json', 'whisper-json', 'srt', 'vtt', 'txt', 'stdout-txt'] as const
export type OutputForm = (typeof outputForms)[number]

const placeholders = ['input', 'outputDir', 'outputBase', 'language', 'model', 'threads'] as const
export type CommandValues = Readonly<Record<(typeof placeholders)[number], string>>

export interface CommandTemplate {
  /** The program and its arguments; each stays one word, whatever is put into it. */
  readonly words: readonly [string, ...string[]]
  readonly form: OutputForm
}

/**
 * RELAYQ_SPEECH_COMMAND, words with spaces between or a JSON array of them, and RELAYQ_SPEECH_OUTPUT. null: no command is
 * set. Throws `invalid_config`.
 */
export function parseTemplate(command: string, form: string): CommandTemplate | null {
  if (command.trim() === '') return null
  const [program, ...args] = wordsOf(command.trim())
  if (program === undefined || !args.some(word => word.includes('{input}'))) {
    throw invalid(`RELAYQ_SPEECH_COMMAND names no program that is given {input}: ${command}`)
  }
  for (const [whole, name] of args.join(' ').matchAll(/\{(\w+)\}/g)) {
    if (placeholders.some(known => known === name)) continue
    throw invalid(`RELAYQ_SPEECH_COMMAND has ${whole}, which stands for nothing.`)
  }
  return { words: [program, ...args], form: readOutputForm(form) }
}

/** RELAYQ_SPEECH_OUTPUT. Throws `invalid_config`. */
export function readOutputForm(form: string): OutputForm {
  const known = outputForms.find(each => each === form)
  if (known === undefined) throw invalid(`RELAYQ_SPEECH_OUTPUT cannot be ${JSON.stringify(form)}.`)
  return known
}

function wordsOf(command: string): readonly string[] {
  if (!command.startsWith('[')) return command.split(/\s+/)
  const words = parseJson(command)
  if (Array.isArray(words) && words.every(word => typeof word === 'string')) return words
  throw invalid('RELAYQ_SPEECH_COMMAND begins as a JSON array and is none of words.')
}

function invalid(message: string): RelayError {
  return new RelayError('invalid_config', message, {
    hint: `It may hold ${placeholders.map(name => `{${name}}`).join(' ')}; RELAYQ_SPEECH_OUTPUT is one of ${outputForms.join(', ')}.`,
  })
}

export function uses({ words }: CommandTemplate, name: keyof CommandValues): boolean {
  return words.some(word => word.includes(`{${name}}`))
}

/** The arguments with the values in their places. No shell sees them. */
export function fillTemplate({ words }: CommandTemplate, values: CommandValues): string[] {
  const fill = (word: string) =>
    word.replaceAll(/\{(\w+)\}/g, (whole, name) => values[name as keyof CommandValues] ?? whole)
  return words.slice(1).map(fill)
}
