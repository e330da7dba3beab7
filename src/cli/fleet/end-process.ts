import { setTimeout as sleep } from 'node:timers/promises'
import { systemErrorCode } from '../../base/errors.ts'
import { isAlive, type ProcessIdentity } from '../../base/process-identity.ts'

const pollMs = 50

/** TERM to exactly that process, and its end awaited; KILL after `graceMs`. A recycled pid is never signalled. */
export async function endProcess(process: ProcessIdentity, graceMs: number): Promise<void> {
  signal(process, 'SIGTERM')
  if (await isGoneWithin(process, graceMs)) return
  signal(process, 'SIGKILL')
  await isGoneWithin(process, graceMs)
}

async function isGoneWithin(identity: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false
    await sleep(pollMs)
  }
  return true
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(identity.pid, name)
  } catch (thrown) {
    // It ended between the look and the signal.
    if (systemErrorCode(thrown) !== 'ESRCH') throw thrown
  }
}
