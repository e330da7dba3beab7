import type { CommandDescription, ValueDescription } from '../../../src/cli/describe-commands.ts'

/**
 * What is wrong with a command as a page names it, by the definitions that completion and the manual are made of; null:
 * nothing. `KIND`, `<id>`, `...` and `JOB` stand for any value. An option may be named without its value.
 */
export function faultOfCommand(
  words: readonly string[],
  commands: readonly CommandDescription[],
): string | null {
  const { command, rest } = findCommand(words, commands)
  if (command === null) {
    const [word = ''] = rest
    const isOpen = words.length === 0 || isPlaceholder(word) || word.startsWith('-')
    return isOpen ? null : `there is no command ${words.slice(0, words.length - rest.length + 1).join(' ')}`
  }
  return faultOfWords(command, rest)
}

/** The innermost command that the words name; null where they end before one, or name none. */
function findCommand(
  words: readonly string[],
  commands: readonly CommandDescription[],
): { readonly command: CommandDescription | null; readonly rest: readonly string[] } {
  const [first, ...rest] = words
  const command = commands.find(({ words: known }) => known.at(-1) === first)
  if (!command) return { command: null, rest: words }
  if (command.commands.length === 0) return { command, rest }
  return rest.length === 0 ? { command, rest } : findCommand(rest, command.commands)
}

function faultOfWords(command: CommandDescription, words: readonly string[]): string | null {
  const name = command.words.join(' ')
  const values: string[] = []
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (/^(?:[<>|]|&&|2>.*)$/.test(word)) break
    if (!/^-{1,2}\w/.test(word)) {
      values.push(word)
      continue
    }
    const [flag = '', given] = word.split(/=(.*)/s)
    const option = command.options.find(({ long, short }) => [long, short].includes(flag))
    if (!option) return `${name} has no ${flag}`
    const next = given ?? words[at + 1]
    const fault = option.value && next !== undefined ? faultOfValue(flag, option.value, next) : null
    if (fault !== null) return fault
    if (option.value?.isRequired && given === undefined && !next?.startsWith('-')) at += 1
  }
  return faultOfValues(command, values)
}

function faultOfValues(command: CommandDescription, values: readonly string[]): string | null {
  const name = command.words.join(' ')
  const last = command.arguments.at(-1)
  for (const [at, value] of values.entries()) {
    const argument = command.arguments[at] ?? (last?.isRepeated ? last : undefined)
    if (!argument) return `${name} takes no ${value}`
    const fault = faultOfValue(name, argument, value)
    if (fault !== null) return fault
  }
  return null
}

function faultOfValue(name: string, { choices }: ValueDescription, given: string): string | null {
  if (choices.length === 0 || isPlaceholder(given) || given.startsWith('-')) return null
  const wrong = given.split(',').find(word => !choices.includes(word))
  return wrong === undefined ? null : `${name} takes ${choices.join(', ')}, and not ${wrong}`
}

/** As pages write what a reader fills in. */
function isPlaceholder(word: string): boolean {
  return /^(?:[A-Z][A-Z_/0-9-]*|<.+>|\.{3}|…|\[.*)$/.test(word)
}
