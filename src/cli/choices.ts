import { Argument, Option } from 'commander'

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
