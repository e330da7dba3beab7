import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from '../../../src/base/process.ts'
import type { FakeMachine } from '../fake-machine.ts'
import type { Block, Command } from './blocks.ts'

/** What a page leaves to the reader, and what this reader writes there. */
export type Placeholders = readonly (readonly [written: string | RegExp, filled: string])[]

interface Typing {
  readonly placeholders?: Placeholders
  /** Only these commands of the block: a page that speaks of several machines. */
  readonly only?: (command: Command) => boolean
  /** How a command ends that the page says ends otherwise than with 0, by a piece of its text. */
  readonly ends?: Readonly<Record<string, readonly number[]>>
  /** What a person answers at a terminal, by a piece of the question; each in turn, the last one again and again. */
  readonly answers?: Readonly<Record<string, readonly string[]>>
}

export interface Terminal {
  readonly machine: FakeMachine
  readonly env: NodeJS.ProcessEnv
  /** Types a block, command by command, in the folder and with the variables that the one before has left. */
  type(block: Block, typing?: Typing): Promise<string>
}

const person = join(import.meta.dirname, 'person.py')
const boundMs = 120_000

/** A person's shell on that machine. */
export function openTerminal(
  machine: FakeMachine,
  env: NodeJS.ProcessEnv,
  known: Placeholders,
  note: (place: string) => void,
): Terminal {
  const left = join(machine.folder, 'left-by-the-shell')
  writeFileSync(left, 'cd\n')
  const script = join(machine.folder, 'typed')
  const job = join(machine.folder, 'job')
  return {
    machine,
    env,
    async type(block, { placeholders = [], only = () => true, ends = {}, answers } = {}) {
      const fill = (text: string) =>
        [...placeholders, ...known].reduce((filled, [from, to]) => filled.replaceAll(from, to), text)
      const commands = block.commands.filter(only).map(({ line, text }) => {
        const allowed = Object.entries(ends).find(([piece]) => text.includes(piece))?.[1] ?? [0]
        const told = fill(text).replaceAll(/\bJOB\b/g, `"$(cat '${job}')"`)
        return typed(`${block.page}:${line}`, isSubmission(text) ? noting(told, job) : told, allowed)
      })
      writeFileSync(script, `. '${left}'\n${commands.join('')}{ export -p; echo "cd '$PWD'"; } > '${left}'\n`)
      const words = answers === undefined ? [] : ['python3', person, JSON.stringify(answers)]
      const [file = '', ...args] = [...words, 'bash', script]
      const ended = await runProgram(file, args, { env, cwd: machine.folder, timeoutMs: boundMs })
      for (const { line } of block.commands.filter(only)) note(`${block.page}:${line}`)
      if (ended.kind === 'exited' && ended.code === 0) return ended.stdout + ended.stderr
      const said = 'stdout' in ended ? `${ended.stdout}\n${ended.stderr}` : ''
      throw new Error(`${block.page}:${block.commands[0]?.line} cannot be done (${ended.kind})\n${said}`)
    },
  }
}

function isSubmission(text: string): boolean {
  return /relayq submit/.test(text)
}

/** A person keeps the id that `relayq submit` prints last: it is JOB from then on. */
function noting(text: string, job: string): string {
  return `{ ${text}
} > '${job}.said'; ended=$?; cat '${job}.said'; tail -n 1 '${job}.said' > '${job}'; (exit $ended)`
}

/** The command, announced with where it stands; a shell would go on where it fails. */
function typed(place: string, text: string, allowed: readonly number[]): string {
  const shown = `$ ${text}`.replaceAll("'", "'\\''")
  const isFine = allowed.map(code => `[ $code -eq ${code} ]`).join(' || ')
  return `echo '${place}: ${shown}' >&2
${text}
code=$?
{ ${isFine}; } || { echo "${place}: ended with $code" >&2; exit 1; }
`
}
