import { type Finding, manualMend, problem } from '../doctor/finding.ts'
import type { Action, Waste } from './action.ts'
import type { DiskFacts, KeepFacts, RunnerFacts } from './facts.ts'

const gigabyte = 1_000_000_000
const name = 'disk'

interface DiskDecision {
  readonly actions: readonly Action[]
  readonly findings: readonly Finding[]
  /** There is no room for another job. */
  readonly isFull: boolean
}

/** What is wiped first costs nothing to have again; what is wiped last has to be fetched anew. */
const wasteBelowComfort: readonly Waste[] = ['old_versions', 'diag']
const wasteBelowFloor: readonly Waste[] = ['work', 'tool_cache']

/** Wipes below the comfort and more below the floor; what is still below it then takes no more jobs. Pure. */
export function decideDisk({ disk, runners }: KeepFacts): DiskDecision {
  const { freeBytes, isWiped } = disk
  const { comfort, floor, enough } = limitsOf(disk)
  const isDrained = runners.some(({ drainedBy }) => drainedBy === 'keep')
  // Drained for its disk, a machine comes back only with some room to spare: else it would go to and fro.
  const isLow = freeBytes < (isDrained ? enough : floor)
  const free = `${(freeBytes / gigabyte).toFixed(1)} GB free`
  if (!isWiped) {
    const wastes = [...(freeBytes < comfort ? wasteBelowComfort : []), ...(isLow ? wasteBelowFloor : [])]
    return { actions: wipesOf(runners, wastes, `only ${free}`), findings: [], isFull: false }
  }
  if (!isLow) return { actions: [], findings: [], isFull: false }
  const full = problem(name, `only ${free} after all that can be wiped was`, {
    why: 'a job that finds no room fails; this machine takes none until there is',
    mend: manualMend('sudo du -xh / 2>/dev/null | sort -h | tail -n 20'),
  })
  return { actions: [], findings: [full], isFull: true }
}

/** A card of 16 GB cannot keep 5 GB free. */
function limitsOf({ totalBytes }: DiskFacts) {
  const floor = Math.min(gigabyte, totalBytes / 20)
  return { comfort: Math.min(5 * gigabyte, totalBytes / 5), floor, enough: 1.5 * floor }
}

/** Of a runner at work only what no job looks at. */
function wipesOf(runners: readonly RunnerFacts[], wastes: readonly Waste[], why: string): readonly Action[] {
  return runners.flatMap(({ runner, isWorking }) => {
    return wastes
      .filter(waste => !isWorking || wasteBelowComfort.includes(waste))
      .map(waste => ({ kind: 'wipe', runner: runner.name, waste, why }) as const)
  })
}
