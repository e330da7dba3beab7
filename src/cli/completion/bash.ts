import { quoteForShell } from '../../base/shell-word.ts'
import type { CommandDescription, OptionDescription } from '../describe-commands.ts'
import { askWithin, flatten, programOptions } from './program.ts'
import { type Slot, slotOf } from './slot.ts'

/** For bash from 3.2 on, which every Mac has: no associative arrays, and `compopt` only where it is there. */
export function bashCompletion(commands: readonly CommandDescription[]): string {
  const all = flatten(commands)
  return `# bash completion for relayq, made by: relayq completion bash
# Load it with: eval "$(relayq completion bash)"

_relayq_ask() { ${askWithin}; }

# The commands that follow a command: "" is relayq itself.
_relayq_commands() {
  case $1 in
    '') words=${quoteForShell(['help', ...commands.map(nameOf)].join(' '))} ;;
${all
  .filter(each => each.commands.length > 0)
  .map(groupCase)
  .join('\n')}
    *) words= ;;
  esac
}

_relayq_options() {
  case $1 in
    '') words=${quoteForShell(programOptions.join(' '))} ;;
${all.map(optionsCase).join('\n')}
    *) words= ;;
  esac
}

# What the value of an option is; empty: it has none.
_relayq_value() {
  case "$1 $2" in
${all.flatMap(valueCases).join('\n')}
    *) slot= ;;
  esac
}

# What the argument of this number is.
_relayq_argument() {
  case "$1 $2" in
${all.flatMap(argumentCases).join('\n')}
    *) slot=text ;;
  esac
}

${mainFunctions}`
}

const mainFunctions = `_relayq_complete() {
  local kind=\${slot%% *} list=\${slot#* } before=
  case $kind in
    one) COMPREPLY=($(compgen -W "$list" -- "$cur")) ;;
    several)
      [[ $cur == *,* ]] && before=\${cur%,*},
      COMPREPLY=($(compgen -P "$before" -W "$list" -- "\${cur##*,}"))
      compopt -o nospace 2>/dev/null ;;
    jobs) _relayq_names list --local --limit 200 ;;
    runners) _relayq_names runners ;;
    inputs)
      COMPREPLY=($(compgen -S = -W "$list" -- "$cur"))
      compopt -o nospace 2>/dev/null
      [[ \${#COMPREPLY[@]} -gt 0 && -n $cur ]] || _relayq_files ;;
    files) _relayq_files ;;
  esac
}

# What RelayQ and the disk call things is never read as shell, as compgen -W would.
_relayq_names() {
  local name
  while IFS=$'\\t' read -r name _; do
    [[ $name == "$cur"* ]] && COMPREPLY+=("$(printf %q "$name")")
  done < <(_relayq_ask "$program" "$@")
}

_relayq_files() {
  local name
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -f -- "$cur")
  compopt -o filenames 2>/dev/null
}

_relayq() {
  local program=\${COMP_WORDS[0]} cur=\${COMP_WORDS[COMP_CWORD]} command= words= slot= word= count=1 i
  COMPREPLY=()
  # bash takes "=" for a word of its own: of url=./talk.mp3 and --format=srt only the value is being typed.
  [[ $cur == = ]] && cur=
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    _relayq_commands "$command"
    if [[ $word == -* ]]; then
      _relayq_value "$command" "$word"
      [[ -n $slot ]] || continue
      [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
      [[ \${COMP_WORDS[i + 1]} == -* && $((i + 1)) -lt $COMP_CWORD ]] && continue
      ((++i < COMP_CWORD)) && continue
      [[ $cur == -* ]] || { _relayq_complete; return; }
    elif [[ $word == help && -z $command ]]; then
      continue
    elif [[ " $words " == *" $word "* ]]; then
      command="\${command:+$command }$word"
    elif [[ $word == = ]]; then
      ((i + 1 == COMP_CWORD)) && { _relayq_files; return; }
      ((i++))
    else
      ((count++))
    fi
  done
  if [[ $cur == -* ]]; then
    _relayq_options "$command"
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  _relayq_commands "$command"
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  _relayq_argument "$command" "$count"
  _relayq_complete
}

complete -F _relayq relayq
`

function nameOf({ words }: CommandDescription): string {
  return words.at(-1) ?? ''
}

function groupCase({ words, commands }: CommandDescription): string {
  return line([quoteForShell(words.join(' '))], `words=${quoteForShell(commands.map(nameOf).join(' '))}`)
}

function optionsCase({ words, options }: CommandDescription): string {
  return line([quoteForShell(words.join(' '))], `words=${quoteForShell(options.flatMap(flagsOf).join(' '))}`)
}

function valueCases({ words, options }: CommandDescription): readonly string[] {
  return options.flatMap(option => {
    if (option.value === null) return []
    const patterns = flagsOf(option).map(flag => quoteForShell([...words, flag].join(' ')))
    return line(patterns, `slot=${quoteForShell(inWords(slotOf(option.value)))}`)
  })
}

function argumentCases({ words, arguments: values }: CommandDescription): readonly string[] {
  return values.map((value, index) => {
    const place = quoteForShell(`${words.join(' ')} ${value.isRepeated ? '' : index + 1}`)
    return line([value.isRepeated ? `${place}*` : place], `slot=${quoteForShell(inWords(slotOf(value)))}`)
  })
}

function flagsOf({ short, long }: OptionDescription): readonly string[] {
  return short === null ? [long] : [short, long]
}

/** A word for the kind, and then its words. */
function inWords(slot: Slot): string {
  if ('words' in slot) return [slot.kind, ...slot.words].join(' ')
  return 'names' in slot ? [slot.kind, ...slot.names].join(' ') : slot.kind
}

function line(patterns: readonly string[], does: string): string {
  return `    ${patterns.join('|')}) ${does} ;;`
}
