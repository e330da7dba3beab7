import { chmodSync, existsSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

const place = '/dev/shm'
/** Twenty times what two large test files had there at once (83 MB); and memory is left for what they start. */
const leastBytes = { folder: 2 * 1024 ** 3, memory: 4 * 1024 ** 3 }

/** What /proc/mounts says of the folder, and the bytes that are free in it and in memory. */
export interface MemoryPlace {
  readonly mounts: string
  readonly freeBytes: number
  readonly memoryBytes: number
}

/**
 * A folder in memory for all temporary folders of a run; null where there is no room, or where programs cannot be started
 * from it. The tests make and remove some hundred thousand files, and ext4 looks through those removed in the last
 * minutes for each new one (`recently_deleted` in Linux's fs/ext4/ialloc.c). Whoever made it removes it.
 */
export function makeMemoryFolder(): string | null {
  if (!existsSync(place) || !isFit(look())) return null
  const folder = mkdtempSync(join(place, 'relayq-tests-'))
  // As /tmp is: the tests' other accounts have to get through.
  chmodSync(folder, 0o1777)
  return folder
}

function look(): MemoryPlace {
  const { bavail, bsize } = statfsSync(place)
  const mounts = readFileSync('/proc/mounts', 'utf8')
  return { mounts, freeBytes: bavail * bsize, memoryBytes: process.availableMemory() }
}

/** The last line of a place is what is seen there. */
export function isFit({ mounts, freeBytes, memoryBytes }: MemoryPlace): boolean {
  const mounted = mounts.split('\n').map(line => line.split(' '))
  const [, , type, options = ''] = mounted.findLast(([, at]) => at === place) ?? []
  const has = (option: string) => options.split(',').includes(option)
  const isUsable = type === 'tmpfs' && has('rw') && !has('noexec')
  return isUsable && freeBytes >= leastBytes.folder && memoryBytes >= leastBytes.memory
}
