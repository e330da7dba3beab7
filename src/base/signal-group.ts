import type { ChildProcess } from 'node:child_process'
import { systemErrorCode } from './errors.ts'

/** Signals the process group that a `detached` child leads; nothing happens where the group is gone, or never began. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch (thrown) {
    // ESRCH: it is gone already. EPERM: macOS says so of a group in which only unreaped children are left.
    const code = systemErrorCode(thrown)
    if (code !== 'ESRCH' && code !== 'EPERM') throw thrown
  }
}
