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

/** Where a job finds a program; null: nowhere. */
export function locate(program: string, { env, programFolders }: ThisMachine): Promise<string | null> {
  return findProgram([program], env['PATH'], programFolders)
}

/** Where a program of the system is; null: nowhere. */
export function locateInSystem(
  program: string,
  { env, programFolders }: ThisMachine,
): Promise<string | null> {
  return findProgram([program], env['PATH'], [...programFolders, ...systemFolders])
}

/** What a program of the system prints; null: it is not here, or it fails. */
export async function printedBy(
  program: string,
  args: readonly string[],
  machine: ThisMachine,
): Promise<string | null> {
  const file = await locateInSystem(program, machine)
  return file === null ? null : printed(file, args, machine)
}

/** null: it fails, or does not end. */
export async function printed(
  file: string,
  args: readonly string[],
  { env }: Pick<ThisMachine, 'env'>,
): Promise<string | null> {
  const outcome = await runProgram(file, args, { env, timeoutMs, graceMs: 500 })
  return outcome.kind === 'exited' && outcome.code === 0 ? outcome.stdout : null
}

/** As a person types it who may not do it without sudo. */
export function asRoot(command: string, { uid }: Pick<ThisMachine, 'uid'>): string {
  return uid === 0 ? command : `sudo ${command}`
}
