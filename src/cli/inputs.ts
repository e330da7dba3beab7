import type { Command } from 'commander'
import { RelayError } from '../base/errors.ts'
import { type InputSpec, type KindSpec, kinds } from '../model/kinds.ts'
import { choiceArgument } from './option-values.ts'

const inputName = /^[A-Za-z_][A-Za-z0-9_-]*$/

/** The arguments that say what a job is: its kind and its inputs. */
export function addJobArguments(command: Command): Command {
  const names = kinds.map(({ name }) => name)
  return command
    .addArgument(choiceArgument('<kind>', 'what to do', names))
    .argument(
      '[inputs...]',
      'its inputs, as name=value; a file of this machine or an address may stand alone',
    )
    .addHelpText('after', () => kinds.map(inputsInWords).join(''))
}

function inputsInWords({ name, sources, inputs }: KindSpec): string {
  const width = Math.max(...inputs.map(input => input.name.length))
  const lines = inputs.map(input => `  ${input.name.padEnd(width)}  ${input.description}${valuesOf(input)}\n`)
  const which = sources.length > 1 ? `, one of ${sources.join(', ')} and what is wished of the others` : ''
  return `\nInputs of ${name}${which}:\n${lines.join('')}`
}

function valuesOf({ form }: InputSpec): string {
  return form.kind === 'choice' ? ` (${form.values.join(', ')})` : ''
}

/**
 * Reads `name=value` arguments. The value begins after the first `=` and may hold more of them (`url=https://x?a=b`) or
 * be empty. Throws `usage` for an argument without `=`, a strange name, or a name given twice. With `bareName`, an
 * argument without a name is that input (`./talk.mp3` as `file`), or `url` where it is an address.
 */
export function parseInputs(
  args: readonly string[],
  options: { readonly bareName?: string } = {},
): Readonly<Record<string, string>> {
  const inputs = new Map<string, string>()
  for (const argument of args) {
    const { name, value } = readArgument(argument, options.bareName ?? null)
    if (inputs.has(name))
      throw new RelayError('usage', `The input ${name} is given twice.`, { hint: hintOfTwice(name) })
    inputs.set(name, value)
  }
  return Object.fromEntries(inputs)
}

/** What a shell makes of *.mp3 is several files. */
function hintOfTwice(name: string): string {
  return name === 'file'
    ? 'A job takes one; for several: for f in *.mp3; do relayq submit transcribe "$f"; done'
    : 'Keep one.'
}

function readArgument(argument: string, bareName: string | null): { name: string; value: string } {
  const at = argument.indexOf('=')
  const name = argument.slice(0, Math.max(at, 0))
  if (inputName.test(name)) return { name, value: argument.slice(at + 1) }
  // A path may hold an equals sign too; what looks like an address is one whose name was forgotten.
  if (bareName !== null && argument !== '' && !argument.startsWith('=')) {
    return { name: /^https?:\/\//i.test(argument) ? 'url' : bareName, value: argument }
  }
  throw new RelayError('usage', `"${argument}" is not an input.`, {
    hint: 'Write inputs as name=value, such as url=https://example.com/a.mp3.',
  })
}
