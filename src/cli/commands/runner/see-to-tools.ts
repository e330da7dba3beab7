import { join } from 'node:path'
import { RelayError } from '../../../base/errors.ts'
import { findProgram } from '../../../base/find-program.ts'
import { shellWord } from '../../../base/shell-word.ts'
import { usualProgramFolders } from '../../../jobs/program-folders.ts'
import { installTools } from '../../../provision/install-tools.ts'
import { runnerTools } from '../../../provision/packages.ts'
import type { InstalledRunner, RunnerPlaces } from '../../../provision/runner/inventory.ts'
import { listModels } from '../../../speech/models.ts'
import type { Context } from '../../context.ts'

/**
 * Brings ffmpeg and a speech engine where RelayQ may; says what is here, and the commands for what is not. A machine
 * without them is still a runner, for jobs that need neither.
 */
export async function seeToTools(
  runner: Pick<InstalledRunner, 'user' | 'home'>,
  places: Pick<RunnerPlaces, 'program'>,
  { env, say }: Pick<Context, 'env' | 'say'>,
): Promise<string> {
  try {
    await installTools(runnerTools(process.platform), env, say)
  } catch (thrown) {
    if (!(thrown instanceof RelayError)) throw thrown
    return `${thrown.message} ${thrown.hint ?? ''}`.trim()
  }
  const lacksModel =
    (await findProgram(['whisper-cli'], env['PATH'], usualProgramFolders(env))) !== null &&
    (await listModels([join(runner.home, '.cache', 'relayq', 'models')])).length === 0
  const here = 'ffmpeg and a speech engine are here'
  return lacksModel ? `${here}; whisper.cpp has no model yet: ${pullCommand(runner, places)}` : here
}

/** As the account whose jobs will look for it. */
function pullCommand(
  { user, home }: Pick<InstalledRunner, 'user' | 'home'>,
  places: { readonly program: string },
): string {
  const words = [
    'sudo',
    '-u',
    user,
    'env',
    `HOME=${home}`,
    join(places.program, 'bin', 'relayq'),
    'models',
    'pull',
    'base',
  ]
  return words.map(shellWord).join(' ')
}
