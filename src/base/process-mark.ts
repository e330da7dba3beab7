import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { randomId } from './id.ts'
import { identifyProcess, isAlive } from './process-identity.ts'

/** A name for this process that no other bears, by which others on the same machine can tell that it has ended. */
export function markThisProcess(): string {
  const startTime = identifyProcess(process.pid)?.startTime ?? ''
  return [hostname(), process.pid, startTime, processNumbers() ?? randomId()].join(' ')
}

/** For people: what a mark says of its process. Another name stands for itself. */
export function describeMark(mark: string): string {
  const [host, pid, startTime] = mark.split(' ')
  return startTime === undefined ? mark : `process ${pid} of ${host}`
}

/** True where the process of this mark was one of those that are seen from here, and is no more. False where that cannot be told. */
export function hasEnded(mark: string): boolean {
  const [, pid, startTime = '', numbers] = mark.split(' ')
  return numbers !== undefined && numbers === processNumbers() && !isAlive({ pid: Number(pid), startTime })
}

/**
 * Whose process numbers are meant: those since this start of this machine (random(4), boot_id), in this container
 * (pid_namespaces(7)). null: only Linux tells.
 */
function processNumbers(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return null
  }
}
