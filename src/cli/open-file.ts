import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { asError, RelayError } from '../base/errors.ts'
import { findProgram } from '../base/find-program.ts'

/** An opener that lasts longer than this shows the file itself, and goes on without us. In ms. */
const patienceMs = 2_000

/**
 * Shows a file, named by its whole path, in the program the user's desktop has for it. Throws `tool_missing` where nothing
 * opens files, or what does could not open this one.
 */
export async function openFile(path: string, env: NodeJS.ProcessEnv): Promise<void> {
  const name = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const opener = await findProgram([name], env['PATH'], [])
  if (opener === null) throw cannotOpen(path, `there is no ${name} on this machine`)
  const child = spawn(opener, [path], { env, stdio: 'ignore', detached: true })
  child.unref()
  const ended = new Promise<string | null>(resolve => {
    child.once('error', error => resolve(asError(error).message))
    child.once('exit', (code, signal) => resolve(code === 0 ? null : `${name} ended with ${signal ?? code}`))
  })
  const patience = new AbortController()
  const stillThere = sleep(patienceMs, null, { signal: patience.signal }).catch(() => null)
  const failure = await Promise.race([ended, stillThere])
  patience.abort()
  if (failure !== null) throw cannotOpen(path, failure)
}

function cannotOpen(path: string, why: string): RelayError {
  return new RelayError('tool_missing', `The file cannot be opened: ${why}.`, {
    hint: `It lies at ${path}`,
  })
}
