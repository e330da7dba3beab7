import type { ActiveJob } from '../ledger/active.ts'

/**
 * The order in which jobs of one priority are sent: batches take turns, so that one of a thousand episodes does not keep
 * the others waiting. A job's turn is how many of its batch are before it, those at work included; jobs of no batch are
 * each a batch of their own. Pure; `waiting` is in order of priority, then age.
 */
export function inFairOrder(
  waiting: readonly ActiveJob[],
  inFlight: readonly ActiveJob[],
): readonly ActiveJob[] {
  const before = new Map<string, number>()
  for (const { job } of inFlight) if (job.batch !== null) count(before, job.batch)
  const turns = waiting.map((active, at) => {
    const { batch, priority } = active.job
    return { active, at, priority, turn: batch === null ? 0 : count(before, batch) }
  })
  const sorted = turns.toSorted((a, b) => b.priority - a.priority || a.turn - b.turn || a.at - b.at)
  return sorted.map(({ active }) => active)
}

/** How many were counted before this one. */
function count(counts: Map<string, number>, name: string): number {
  const known = counts.get(name) ?? 0
  counts.set(name, known + 1)
  return known
}
