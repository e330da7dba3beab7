import { Argument, Option } from 'commander'
import { RelayError } from '../base/errors.ts'

/** Reads the whole number an option was given. Throws `usage` for anything else, or one outside `least` to `most`. */
export function parseWhole(option: string, text: unknown, least: number, most: number): number {
  const value = typeof text === 'string' && /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new RelayError('usage', `${option} cannot be "${String(text)}".`, {
    hint: `Give a whole number from ${least} to ${most}.`,
  })
}

/** Reads the text an option was given; null where it was not. Throws `usage` for nothing, as of an unset variable. */
export function parseText(option: string, text: unknown): string | null {
  if (typeof text !== 'string') return null
  if (text.trim() !== '') return text
  throw new RelayError('usage', `${option} is empty.`, { hint: 'Give it a value, or leave it out.' })
}

/** Reads an option that has a --no- form: null where neither was given. */
export function parseSwitch(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

/** Of an option that may be given several times: the values, in their order. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), value]
}

/** Reads the texts a repeatable option was given; empty where it was not. Throws `usage` for an empty one. */
export function parseTexts(option: string, values: unknown): readonly string[] {
  return Array.isArray(values) ? values.flatMap(value => parseText(option, value) ?? []) : []
}

/**
 * An option or argument that takes certain words: the help, the completion and the manual name them. They are refused by the
 * command's `parse`, which knows the word that was meant. A plural (`<states>`) takes several, with commas between.
 */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  const option = new Option(flags, description)
  option.argChoices = [...choices]
  return option
}

export function choiceArgument(name: string, description: string, choices: readonly string[]): Argument {
  const argument = new Argument(name, description)
  argument.argChoices = [...choices]
  return argument
}
