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
  await open(path, env, { what: 'The file', where: `It lies at ${path}` })
}

/** Shows the page of a web address in the user's browser. Throws `tool_missing` as `openFile` does. */
export async function openPage(address: string, env: NodeJS.ProcessEnv): Promise<void> {
  await open(address, env, { what: 'The page', where: `It is at ${address}` })
}

/** Whether there is a desktop to show things on: one of X or of Wayland is named in the environment, a Mac has its own. */
export function hasDesktop(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'darwin' || Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY'])
}

interface Words {
  readonly what: string
  /** For a person who has to open it otherwise. */
  readonly where: string
}

async function open(place: string, env: NodeJS.ProcessEnv, words: Words): Promise<void> {
  const name = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const opener = await findProgram([name], env['PATH'], [])
  if (opener === null) throw cannotOpen(words, `there is no ${name} on this machine`)
  const child = spawn(opener, [place], { env, stdio: 'ignore', detached: true })
  child.unref()
  const ended = new Promise<string | null>(resolve => {
    child.once('error', error => resolve(asError(error).message))
    child.once('exit', (code, signal) => resolve(code === 0 ? null : `${name} ended with ${signal ?? code}`))
  })
  const patience = new AbortController()
  const stillThere = sleep(patienceMs, null, { signal: patience.signal }).catch(() => null)
  const failure = await Promise.race([ended, stillThere])
  patience.abort()
  if (failure !== null) throw cannotOpen(words, failure)
}

function cannotOpen({ what, where }: Words, why: string): RelayError {
  return new RelayError('tool_missing', `${what} cannot be opened: ${why}.`, { hint: where })
}
