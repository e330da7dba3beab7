import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What a real shell proposes for each line, as it stands when TAB is pressed at its end. */
export type Complete = (lines: readonly string[]) => Promise<Proposals>

/** The matches of each line. */
type Proposals = readonly (readonly string[])[]

interface Place {
  /** A folder of the test's own, for what the shell reads. */
  readonly folder: string
  /** Its PATH leads to the `relayq` that is asked. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/** Calls the function as readline does: `=` breaks words, and is one. */
export function bashWith(script: string, place: Place): Complete {
  const file = write(place.folder, 'relayq.bash', script)
  const program = `source "$1"; shift
while read -r -a COMP_WORDS; do
  [[ \${COMP_WORDS[\${#COMP_WORDS[@]} - 1]} == _ ]] && COMP_WORDS[\${#COMP_WORDS[@]} - 1]=
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMPREPLY=()
  _relayq
  printf '%s\\n' "\${COMPREPLY[@]}" ---
done`
  return async lines => {
    const words = lines.map(line => line.replace(/ $/, ' _').replaceAll('=', ' = '))
    return blocks(await run('bash', ['--norc', '-c', program, 'bash', file], place, words))
  }
}

export function fishWith(script: string, place: Place): Complete {
  const file = write(place.folder, 'relayq.fish', script)
  const program = 'source $argv[1]; while read -l line; complete -C "$line"; echo ---; end'
  return async lines => {
    const said = await run('fish', ['--no-config', '-c', program, file], place, lines)
    return blocks(said).map(block => block.map(line => line.split('\t')[0] ?? ''))
  }
}

/** zsh completes only while a line is edited: it is given a terminal, and every match it adds is written down. */
export function zshWith(script: string, place: Place): Complete {
  const { folder } = place
  const file = write(folder, 'relayq.zsh', script)
  const hits = join(folder, 'hits')
  write(
    folder,
    '.zshrc',
    `PROMPT=
autoload -Uz compinit; compinit -D -u
source ${file}
compadd() {
  [[ " $* " == *' -'[OAD]' '* ]] && { builtin compadd "$@"; return }
  local -a found; builtin compadd -A found "$@"
  print -rl -- $found >> ${hits}
  builtin compadd "$@"
}
note() { print -r -- --- >> ${hits}; BUFFER=; }
zle -N note
bindkey '^I' complete-word '^N' note
print -r READY
`,
  )
  const driver = `zmodload zsh/zpty; zpty z zsh -i
until_read() { local said= chunk; while [[ $said != *$1* ]]; do zpty -r z chunk || return; said+=$chunk; done; }
until_read READY
for line in "$@"; do zpty -w -n z "$line"$'\\t'$'\\x0e'; done
zpty -w z 'print -r D""ONE; exit'; until_read DONE`
  return async lines => {
    write(folder, 'hits', '')
    const env = { ...place.env, ZDOTDIR: folder, TERM: 'xterm' }
    await run('zsh', ['-f', '-c', driver, 'zsh', ...lines], { ...place, env })
    return blocks(readFileSync(hits, 'utf8')).map(block => [...new Set(block)])
  }
}

/** To its end, without keeping a hub of this process from answering what it asks. */
async function run(
  shell: string,
  args: readonly string[],
  { env, cwd }: Place,
  lines: readonly string[] = [],
): Promise<string> {
  const running = promisify(execFile)(shell, args, { env, cwd, timeout: 30_000 })
  running.child.stdin?.end(`${lines.join('\n')}\n`)
  return (await running).stdout
}

function blocks(said: string): Proposals {
  return said
    .split(/^---\n/m)
    .slice(0, -1)
    .map(block => block.split('\n').filter(line => line !== ''))
}

function write(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
