import { findProgram } from '../../../base/find-program.ts'
import { runProgram } from '../../../base/process.ts'

/** The machine that is looked at: this one, or what a test makes of it. */
export interface ThisMachine {
  readonly env: NodeJS.ProcessEnv
  readonly platform: NodeJS.Platform
  /** null: a system without numbers for users. */
  readonly uid: number | null
  /** Searched after PATH, for services start with a short one: Homebrew, /usr/sbin. */
  readonly programFolders: readonly string[]
}

const timeoutMs = 10_000
/** sudo and cron leave these out of PATH. */
const systemFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']

/** Where a program is; null: nowhere. */
export function locate(program: string, { env, programFolders }: ThisMachine): Promise<string | null> {
  return findProgram([program], env['PATH'], [...programFolders, ...systemFolders])
}

/** What a program prints; null: it is not here, or it fails. */
export async function printedBy(
  program: string,
  args: readonly string[],
  machine: ThisMachine,
): Promise<string | null> {
  const file = await locate(program, machine)
  if (file === null) return null
  const outcome = await runProgram(file, args, { env: machine.env, timeoutMs, graceMs: 500 })
  return outcome.kind === 'exited' && outcome.code === 0 ? outcome.stdout : null
}

/** As a person types it who may not do it without sudo. */
export function asRoot(command: string, { uid }: Pick<ThisMachine, 'uid'>): string {
  return uid === 0 ? command : `sudo ${command}`
}
