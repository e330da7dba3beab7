import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RelayError, systemErrorCode } from '../../base/errors.ts'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { identifyProcess, isAlive, type ProcessIdentity } from '../../base/process-identity.ts'

/** Does something as the only keeper of a state folder. Throws `broker_unavailable` where another process is that. */
export async function asOnlyKeeper<T>(folder: string, keep: () => Promise<T>): Promise<T> {
  const lock = takeKeeperLock(folder)
  if (!lock) {
    throw new RelayError('broker_unavailable', 'Another relayq up is just starting for this checkout.', {
      hint: 'Try again in a moment: it will be running then.',
    })
  }
  try {
    return await keep()
  } finally {
    lock.release()
  }
}

/**
 * Makes this process the only keeper of what a folder holds, a hub's state or runners: two would undo each other's work.
 * A lock whose owner is gone is taken over. null: another process holds it.
 */
export function takeKeeperLock(folder: string): { readonly release: () => void } | null {
  const path = join(folder, 'keeper.lock')
  const self = identifyProcess(process.pid)
  if (!self) throw new RelayError('internal', 'This process cannot be identified.')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Twice: once more after a stale lock was removed. Who then comes first, has it.
  for (const _ of [1, 2]) {
    try {
      writeFileSync(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
      return { release: () => rmSync(path, { force: true }) }
    } catch (thrown) {
      if (systemErrorCode(thrown) !== 'EEXIST') throw thrown
    }
    const owner = readOwner(path)
    if (owner && isAlive(owner)) return null
    rmSync(path, { force: true })
  }
  return null
}

function readOwner(path: string): ProcessIdentity | null {
  const owner = parseJson(readFileSync(path, 'utf8'))
  if (!isJsonObject(owner)) return null
  const { pid, startTime } = owner
  return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null
}
