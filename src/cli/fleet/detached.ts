import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { asError, RelayError } from '../../base/errors.ts'
import { isJsonObject } from '../../base/json.ts'
import { type HubFile, hubLog, readHubFile } from '../../config/hub-file.ts'
import type { Context } from '../context.ts'
import { carriedError } from './carried-error.ts'
import { howItEnded } from './kept-process.ts'
import { mainPath } from './program.ts'

/** Set in the process that keeps a detached hub: it is `relayq up` too, with the same options. */
const keeperVariable = 'RELAYQ_KEEPER'

export function isKeeper(context: Context): boolean {
  return context.env[keeperVariable] === '1'
}

/**
 * Starts a keeper that outlives this process, with its output in `up.log`, and waits until it says that all runners are
 * online. Throws what it could not start for.
 */
export async function startKeeper(stateDir: string, context: Context): Promise<HubFile> {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const logPath = hubLog(stateDir)
  const log = openSync(logPath, 'a', 0o600)
  const keeper = spawn(process.execPath, [mainPath, ...context.args], {
    cwd: context.cwd,
    env: { ...context.env, [keeperVariable]: '1' },
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  })
  closeSync(log)
  await readyOf(keeper, logPath)
  keeper.disconnect()
  keeper.unref()
  const hub = readHubFile(stateDir)
  if (!hub) throw new RelayError('internal', 'The hub is ready but has left no hub.json.')
  context.say(`left running; its log is ${logPath}`)
  return hub
}

/** In the keeper: all is well, whoever waits may go. */
export function tellStarter(): void {
  process.send?.({ ready: true })
}

/** In the keeper: hands an error to whoever waits. */
export async function keepForStarter(keep: () => Promise<number>): Promise<number> {
  delete process.env[keeperVariable]
  try {
    return await keep()
  } catch (thrown) {
    const error = thrown instanceof RelayError ? thrown : new RelayError('internal', asError(thrown).message)
    if (process.connected) process.send?.({ error: error.toJSON() })
    throw thrown
  } finally {
    if (process.connected) process.disconnect()
  }
}

function readyOf(keeper: ChildProcess, logPath: string): Promise<void> {
  const fault = (message: string) => new RelayError('internal', message, { hint: `Its log is ${logPath}` })
  return new Promise((resolve, reject) => {
    keeper.once('error', reject)
    keeper.once('message', message => {
      const error = isJsonObject(message) ? carriedError(message['error']) : null
      if (error) reject(error.hint === null ? fault(error.message) : error)
      else resolve()
    })
    keeper.once('exit', (code, signal) => {
      reject(fault(`The hub's keeper ended (${howItEnded({ code, signal })}).`))
    })
  })
}
