import type { CommandDescription, OptionDescription, ValueDescription } from '../describe-commands.ts'
import { flatten } from './program.ts'
import { slotOf } from './slot.ts'

/** For fish 3 and later. */
export function fishCompletion(commands: readonly CommandDescription[]): string {
  return `# fish completion for relayq, made by: relayq completion fish
# Load it with: relayq completion fish | source; or keep it as ~/.config/fish/completions/relayq.fish.

function __relayq_ask
    set -l program (commandline -opc)[1]
    if command -q timeout
        timeout 2 $program $argv 2>/dev/null
    else
        perl -e 'alarm 2; exec @ARGV' $program $argv 2>/dev/null
    end
end

function __relayq_jobs
    __relayq_ask list --local --limit 200 | string replace -r '^(\\S+)\\t(\\S*)\\t(\\S*).*' '$1\\t$2, $3'
end

function __relayq_runners
    __relayq_ask runners | string replace -r '^(\\S+)\\t(\\S*).*' '$1\\t$2'
end

# Whether the words so far, options apart, begin with these.
function __relayq_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l said (string match -v -- '-*' $words)
    for i in (seq (count $argv))
        test "$said[$i]" = "$argv[$i]"; or return 1
    end
end

# Whether they are these and no more.
function __relayq_ends_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l said (string match -v -- '-*' $words)
    test (count $said) -eq (count $argv); and __relayq_at $argv
end

complete -c relayq -f
complete -c relayq -n __relayq_ends_at -s V -l version -d 'print the version'
complete -c relayq -n __relayq_ends_at -s h -l help -d 'show how it is used'
complete -c relayq -n __relayq_ends_at -a help -d 'show what a command does'
${flatten(commands).flatMap(linesOf).join('\n')}
`
}

function linesOf({ words, summary, options, arguments: values }: CommandDescription): readonly string[] {
  const before = ['__relayq_ends_at', ...words.slice(0, -1)].join(' ')
  const inside = ['__relayq_at', ...words].join(' ')
  return [
    `complete -c relayq -n ${quote(before)} -a ${words.at(-1)} -d ${quote(summary)}`,
    ...options.map(
      option => `complete -c relayq -n ${quote(inside)} ${flagsOf(option)} -d ${quote(option.description)}`,
    ),
    ...values.flatMap(value => {
      const candidates = candidatesOf(value)
      return candidates === '' ? [] : `complete -c relayq -n ${quote(inside)} ${candidates}`
    }),
  ]
}

function flagsOf({ short, long, value }: OptionDescription): string {
  const flags = [...(short === null ? [] : [`-s ${short.slice(1)}`]), `-l ${long.slice(2)}`]
  return [...flags, ...(value === null ? [] : ['-r', candidatesOf(value) || '-f'])].join(' ')
}

/** '' where nothing can be proposed. */
function candidatesOf(value: ValueDescription): string {
  const slot = slotOf(value)
  switch (slot.kind) {
    case 'one':
      return `-f -a ${quote(slot.words.join(' '))}`
    case 'several':
      return `-f -a ${quote(`(__fish_complete_list , 'printf %s\\\\n ${slot.words.join(' ')}')`)}`
    case 'jobs':
      return `-f -a '(__relayq_jobs)'`
    case 'runners':
      return `-f -a '(__relayq_runners)'`
    case 'files':
      return '-F'
    case 'inputs':
      return `-F -a ${quote(slot.names.map(name => `${name}=`).join(' '))}`
    case 'text':
      return ''
  }
}

/** In single quotes fish knows two escapes. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`
}
