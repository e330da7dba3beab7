import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Linux' control groups (man 7 cgroups): what the files of both versions are called. */
const versions = [
  {
    folder: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    killed: 'memory.oom_control',
  },
  { folder: '/sys/fs/cgroup', limit: 'memory.max', killed: 'memory.events' },
]

export interface MemoryGroup extends Disposable {
  /** What a program is started through, to run with all it starts within the limit. */
  readonly prefix: readonly string[]
  /** How many processes the kernel ended because there was no more. */
  readonly killed: () => number
}

/** All that the programs in it take together is at most so many MB, as on a machine that has no more. Needs root on Linux. */
export function memoryGroup(megabytes: number): MemoryGroup {
  const name = `relayq-bench-${process.pid}`
  const version = versions.find(({ folder }) => existsSync(folder) && holdsMemory(folder))
  if (!version) throw new Error('This needs Linux with control groups of memory, and root.')
  const folder = join(version.folder, name)
  mkdirSync(folder)
  writeFileSync(join(folder, version.limit), String(megabytes * 1_048_576))
  const enter = `echo $$ >${folder}/cgroup.procs && exec "$@"`
  return {
    prefix: ['sh', '-c', enter, 'sh'],
    killed: () => Number(/oom_kill (\d+)/.exec(readFileSync(join(folder, version.killed), 'utf8'))?.[1] ?? 0),
    [Symbol.dispose]: () => rmdirSync(folder),
  }
}

function holdsMemory(folder: string): boolean {
  return (
    existsSync(join(folder, 'memory.limit_in_bytes')) ||
    (existsSync(join(folder, 'cgroup.subtree_control')) &&
      readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8').includes('memory'))
  )
}
