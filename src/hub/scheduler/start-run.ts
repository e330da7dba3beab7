import { randomUUID } from 'node:crypto'
import type { StartRun } from '../engine.ts'
import { completeRun, findRun, insertRun, type StoredRun, setRunStatus, setRunTitle } from '../store/runs.ts'
import type { Change } from './change.ts'
import { enterGroup } from './enter-group.ts'
import { concurrencyOfRun, titleOfRun } from './planning.ts'

/** Stores the run and puts it into its concurrency group; `settle` then plans it. Throws RelayError `invalid_workflow`. */
export function startRun(change: Change, request: StartRun): number {
  const ref = request.ref.startsWith('refs/') ? request.ref : `refs/heads/${request.ref}`
  const headBranch = ref.replace(/^refs\/(heads|tags)\//, '')
  const planId = randomUUID()
  const runId = insertRun(
    change.db,
    { ...request, repositoryDispatch: request.repositoryDispatch ?? null, ref, headBranch, planId },
    change.now,
  )
  const run = mustFindRun(change, runId)
  setRunTitle(change.db, runId, titleOfRun(change.facts, run))
  queueInGroup(change, run)
  change.touched.add(runId)
  return runId
}

/** The run's concurrency group may hold it, or turn it away. */
export function queueInGroup(change: Change, run: StoredRun): 'active' | 'pending' | 'refused' {
  const setting = concurrencyOfRun(change.facts, run)
  if (!setting) return 'active'
  const place = enterGroup(change, setting, { kind: 'run', memberId: run.id })
  if (place === 'pending') setRunStatus(change.db, run.id, 'pending', change.now)
  if (place === 'refused') completeRun(change.db, run.id, 'cancelled', change.now)
  return place
}

/** A run that is known to be there. */
export function mustFindRun(change: Change, runId: number): StoredRun {
  const run = findRun(change.db, runId)
  if (!run) throw new Error(`run ${runId} was not stored`)
  return run
}
