import { quoteForShell } from '../../base/shell-word.ts'
import type { CommandDescription, OptionDescription, ValueDescription } from '../describe-commands.ts'
import { askWithin, flatten } from './program.ts'
import { slotOf } from './slot.ts'

/** For zsh's own completion system: it shows what each command and option is for, too. */
export function zshCompletion(commands: readonly CommandDescription[]): string {
  return `#compdef relayq
# zsh completion for relayq, made by: relayq completion zsh
# Load it with: source <(relayq completion zsh), after compinit; or put it into a folder of $fpath as _relayq.

_relayq_ask() { ${askWithin} }

_relayq_jobs() {
  local -a jobs; local id kind state rest
  _relayq_ask $relayq_program list --local --limit 200 | while IFS=$'\\t' read -r id kind state rest; do
    jobs+=("$id:$kind, $state")
  done
  _describe -t jobs job jobs
}

_relayq_runners() {
  local -a runners; local name state rest
  _relayq_ask $relayq_program runners | while IFS=$'\\t' read -r name state rest; do
    runners+=("\${name//:/\\\\:}:$state")
  done
  _describe -t runners runner runners
}

_relayq_inputs() {
  if compset -P '*='; then _files; else _alternative "inputs:input:compadd -S = -- $*" 'files:file:_files'; fi
}

${[group('_relayq', [], commands), ...flatten(commands).map(functionOf)].join('\n\n')}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _relayq "$@"; else compdef _relayq relayq; fi
`
}

function functionOf(command: CommandDescription): string {
  const name = functionName(command)
  return command.commands.length > 0 ? group(name, command.words, command.commands) : leaf(name, command)
}

function functionName({ words }: CommandDescription): string {
  return `_relayq_command_${words.join('_').replaceAll('-', '_')}`
}

/** What is said after its name is one of its commands, and then what that command takes. */
function group(name: string, words: readonly string[], commands: readonly CommandDescription[]): string {
  const isProgram = words.length === 0
  const described = commands.map(({ words, summary }) => quoteForShell(`${words.at(-1)}:${summary}`))
  const cases = commands.map(each => `        ${each.words.at(-1)}) ${functionName(each)} ;;`)
  return `${name}() {
  local context state state_descr line; typeset -A opt_args
${isProgram ? '  local relayq_program=$words[1]\n' : ''}  _arguments -C '(- *)'{-h,--help}'[show how it is used]' \\
${isProgram ? "    '(- *)'{-V,--version}'[print the version]' \\\n" : ''}    '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local -a commands=(${[...(isProgram ? ["'help:show what a command does'"] : []), ...described].join(' ')})
      _describe -t commands command commands ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}`
}

function leaf(name: string, { options, arguments: values }: CommandDescription): string {
  const specs = [...options.map(optionSpec), ...values.map(argumentSpec)]
  return `${name}() {\n  _arguments -s ${specs.map(spec => `\\\n    ${spec}`).join(' ')}\n}`
}

/** `--format=`: the value may also follow an equals sign. */
function optionSpec({ short, long, description, value }: OptionDescription): string {
  const flags = [...(short === null ? [] : [short]), value === null ? long : `${long}=`]
  const explained = `[${description.replaceAll(/[[\]\\]/g, '\\$&')}]`
  const optional = value?.isRequired ? '' : ':'
  const takes = value === null ? '' : `${optional}:${value.name}:${actionOf(value)}`
  const excludes = value?.isRepeated
    ? quoteForShell('*')
    : quoteForShell(`(${[short, long].filter(Boolean).join(' ')})`)
  return `${excludes}${flags.length > 1 ? `{${flags.join(',')}}` : flags[0]}${quoteForShell(`${explained}${takes}`)}`
}

function argumentSpec(value: ValueDescription): string {
  const place = value.isRepeated ? '*:' : value.isRequired ? ':' : '::'
  return quoteForShell(`${place}${value.name}:${actionOf(value)}`)
}

function actionOf(value: ValueDescription): string {
  const slot = slotOf(value)
  switch (slot.kind) {
    case 'one':
      return `(${slot.words.join(' ')})`
    case 'several':
      return `_sequence compadd - ${slot.words.join(' ')}`
    case 'jobs':
      return '_relayq_jobs'
    case 'runners':
      return '_relayq_runners'
    case 'files':
      return '_files'
    case 'inputs':
      return `_relayq_inputs ${slot.names.join(' ')}`
    case 'text':
      return ' '
  }
}
