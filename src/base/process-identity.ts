import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** As the system tells it, to be compared and nothing else: clock ticks since boot on Linux, a date elsewhere. */
  readonly startTime: string
}

/** null when there is no such process (any more); a zombie is none. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startTime = process.platform === 'linux' ? readProcStat(pid) : askPs(pid)
  return startTime === null ? null : { pid, startTime }
}

/** True while exactly that process lives; false for a recycled pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime
}

/** proc(5): the command name stands in parentheses and may hold anything, so fields are counted after the last one. */
function readProcStat(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    return state === 'Z' || state === 'X' ? null : (fields[19] ?? null)
  } catch {
    // ENOENT and ESRCH: gone, which is what was asked.
    return null
  }
}

function askPs(pid: number): string | null {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    })
    return started.trim() || null
  } catch {
    // ps exits with 1 when no process has that number.
    return null
  }
}
