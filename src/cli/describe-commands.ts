import { type Argument, Command, type Option } from 'commander'
import type { CommandEntry } from './commands.ts'

/** A command as its table row and its file declare it: of this the shells' completion and the manual are made. */
export interface CommandDescription {
  /** What is typed after the program's name: `submit`, or `runner add`. */
  readonly words: readonly string[]
  readonly summary: string
  readonly arguments: readonly ValueDescription[]
  readonly options: readonly OptionDescription[]
  /** Those that are said after its name. */
  readonly commands: readonly CommandDescription[]
}

export interface ValueDescription {
  /** As it stands in the brackets: `id`, `file`, `states`. */
  readonly name: string
  readonly description: string
  readonly isRequired: boolean
  readonly isRepeated: boolean
  /** The words it takes; empty where it is free text. */
  readonly choices: readonly string[]
}

export interface OptionDescription {
  /** `-R`; null where it has none. */
  readonly short: string | null
  /** `--repo`. */
  readonly long: string
  readonly description: string
  /** null: it takes none. */
  readonly value: ValueDescription | null
  /** What it is when it is not given; null where that says nothing. */
  readonly default: string | null
}

/** Loads every command there is; what is hidden is left out. */
export async function describeCommands(
  entries: readonly CommandEntry[],
  before: readonly string[] = [],
): Promise<readonly CommandDescription[]> {
  return Promise.all(entries.filter(entry => !entry.hidden).map(entry => describe(entry, before)))
}

async function describe(entry: CommandEntry, before: readonly string[]): Promise<CommandDescription> {
  const words = [...before, entry.name]
  const loaded = await entry.load()
  const command = new Command(entry.name)
  if ('execute' in loaded) loaded.define(command)
  const options = command.options.filter(({ hidden }) => !hidden).map(describeOption)
  return {
    words,
    summary: entry.summary,
    arguments: command.registeredArguments.map(describeArgument),
    options: [...options, helpOption],
    commands: 'execute' in loaded ? [] : await describeCommands(loaded, words),
  }
}

function describeArgument(argument: Argument): ValueDescription {
  const { description, required, variadic, argChoices } = argument
  return {
    name: argument.name(),
    description,
    isRequired: required,
    isRepeated: variadic,
    choices: argChoices ?? [],
  }
}

function describeOption({ short, long, flags, description, ...option }: Option): OptionDescription {
  const [, bracket, name] = /([<[])(.+?)(?:\.\.\.)?[>\]]/.exec(flags) ?? []
  const choices = option.argChoices ?? []
  const isRepeated = option.variadic || option.parseArg !== undefined
  const isRequired = bracket === '<'
  const hasDefault = name !== undefined && option.defaultValue !== undefined
  return {
    short: short ?? null,
    long: long ?? '',
    description,
    value: name === undefined ? null : { name, description, isRequired, isRepeated, choices },
    default: hasDefault ? String(option.defaultValue) : null,
  }
}

const helpOption: OptionDescription = {
  short: '-h',
  long: '--help',
  description: 'show how it is used',
  value: null,
  default: null,
}
