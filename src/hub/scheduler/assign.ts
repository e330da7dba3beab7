import type { StoredJob } from '../store/jobs.ts'

/** A runner that polls now and has no job. */
export interface IdleRunner {
  readonly id: number
  readonly labels: readonly string[]
}

export interface Assignment {
  readonly job: StoredJob
  readonly runnerId: number
}

/**
 * Oldest job first, each to the first idle runner that has all its labels, without regard to case
 * (docs/protocol.md, "Assignment").
 */
export function assign(waiting: readonly StoredJob[], idle: readonly IdleRunner[]): readonly Assignment[] {
  const free = new Map(idle.map(runner => [runner.id, runner]))
  const assignments: Assignment[] = []
  for (const job of waiting) {
    const runner = [...free.values()].find(candidate => runnerFits(job.labels, candidate.labels))
    if (!runner) continue
    free.delete(runner.id)
    assignments.push({ job, runnerId: runner.id })
  }
  return assignments
}

export function runnerFits(wanted: readonly string[], offered: readonly string[]): boolean {
  const has = new Set(offered.map(label => label.toLowerCase()))
  return wanted.every(label => has.has(label.toLowerCase()))
}
