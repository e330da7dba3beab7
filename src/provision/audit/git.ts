import { RelayError } from '../../base/errors.ts'
import { oneLine } from '../../base/one-line.ts'
import { type ProgramOutcome, type RunProgramOptions, runProgram } from '../../base/process.ts'

/** What a repository's own settings could make git run is off, and names of files are given as they are. */
const safeSettings = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'log.showSignature=false',
]

/** Runs git in a folder. Throws `tool_missing` or `file_unusable` where it does not end well by itself. */
export async function runGit(
  folder: string,
  args: readonly string[],
  options: RunProgramOptions = {},
): Promise<string> {
  const outcome = await startGit(folder, args, options)
  if (outcome.kind === 'exited' && outcome.code === 0) return outcome.stdout
  if (outcome.kind === 'not_found') {
    throw new RelayError('tool_missing', 'There is no git on this machine.', { hint: 'Install git.' })
  }
  throw new RelayError(
    'file_unusable',
    `git could not read ${folder}: ${oneLine(outcome.stderr) || outcome.kind}`,
  )
}

export function startGit(
  folder: string,
  args: readonly string[],
  options: RunProgramOptions,
): Promise<ProgramOutcome> {
  const env = { ...(options.env ?? process.env), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' }
  return runProgram('git', ['-C', folder, ...safeSettings, ...args], { ...options, env })
}
