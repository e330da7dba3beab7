import { type ErrorCode, RelayError } from '../../base/errors.ts'
import { findProgram } from '../../base/find-program.ts'
import { oneLine } from '../../base/one-line.ts'
import { runProgram } from '../../base/process.ts'

interface Answered {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** sudo and cron leave these out of PATH. */
const systemFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin']
const timeoutMs = 600_000

/** One program of the system, called with argument arrays: no secret may stand among them, since everyone can read those. */
export function programOf(name: string, failure: ErrorCode, env: NodeJS.ProcessEnv) {
  const ask = async (args: readonly string[]): Promise<Answered> => {
    const file = await findProgram([name], env['PATH'], systemFolders)
    if (file === null) {
      throw new RelayError(failure, `There is no ${name} on this machine.`, {
        hint: `RelayQ sets a runner up with ${name}; look at PATH.`,
      })
    }
    const outcome = await runProgram(file, args, { env, timeoutMs })
    if (outcome.kind === 'exited') return outcome
    throw new RelayError(failure, `\`${name} ${args.join(' ')}\` was ended (${outcome.kind}).`)
  }
  /** Throws `failure` where it ends with another code than 0. */
  const run = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await ask(args)
    if (code === 0) return stdout
    const said = oneLine(stderr) || oneLine(stdout) || 'it says nothing'
    throw new RelayError(failure, `\`${name} ${args.join(' ')}\` ended with code ${code}: ${said}`)
  }
  return { ask, run }
}
